"""The names under which public code stores a benchmark's arrays, as one table, and how a file's layout is found.

A role is what an array is for: ``image``, ``text`` or ``labels`` of all items, or of a block (``image_train``,
``labels_test`` ...); ``labels-of-texts_train`` repeats the labels, ``train_rows`` and its kin number the items of a
block. The arrays' names count, not the file's; capitals do not.
"""

from dataclasses import dataclass

__all__ = ["LAYOUTS", "VIEWS", "Layout", "find_layout"]

VIEWS = ("image", "text", "labels")


@dataclass(frozen=True)
class Layout:
    """Names for the roles of a file's arrays.

    Parameters
    ----------
    name : str
        Its most telling names, for messages and for the argument ``layout``.
    required, optional : dict
        Of each role the names in circulation, all meaning the same.
    """

    name: str
    required: dict
    optional: dict


def _blocks(image, text, labels, blocks, *, optional=(), labels_of_texts=None):
    """Return a layout of blocks; ``image``, ``text``, ``labels`` are names with {} for the block's own part.

    ``blocks`` and ``optional`` are pairs (block, part); several names or parts are parted by ``|``.
    """

    def roles(views, pairs):
        return {
            f"{view}_{block}": tuple(name.format(part) for name in names.split("|") for part in parts.split("|"))
            for block, parts in pairs
            for view, names in views.items()
        }

    views = dict(zip(VIEWS, (image, text, labels)))
    more = {} if labels_of_texts is None else roles({"labels-of-texts": labels_of_texts}, [*blocks, *optional])
    first = [names.split("|")[0].format(blocks[0][1].split("|")[0]) for names in views.values()]
    return Layout("+".join(first), roles(views, blocks), roles(views, optional) | more)


def _whole(image, text, labels):
    """Return a layout of arrays over all items, which may come with row numbers of the blocks."""
    required = {view: tuple(names.split("|")) for view, names in zip(VIEWS, (image, text, labels))}
    rows = {
        "train_rows": ("indT", "indexTrain", "train_index"),
        "test_rows": ("indQ", "indexQuery", "test_index"),
        "database_rows": ("indD", "indexRetrieval"),
    }
    return Layout("+".join(names[0] for names in required.values()), required, rows)


# Where each was seen, in public code:
LAYOUTS = (
    # wikiData.mat, nuswide.mat (SCM, CMFH, LSSH and later demos); with *_db in the toolbox BMC-SDNU; trainCat, testCat
    # in the code of PKU (JRL, JGRHML); *_lab in Pascal_fea_whole.mat (MAN, SDML).
    _blocks(
        *("I_{}", "T_{}", "L_{}|I_{}_lab|I_{}_labels|{}Cat"),
        [("train", "tr|train"), ("test", "te|test")],
        optional=[("database", "db"), ("val", "va")],
        labels_of_texts="T_{}_lab|T_{}_labels",
    ),
    # flickr-25k.mat, iapr-tc12.mat, nus-wide.mat of DLFH: X are shallow features, V those of a network.
    _blocks("X{}", "Y{}", "{}L", [("database", "Database"), ("test", "Test")]),
    _blocks("V{}", "Y{}", "{}L", [("database", "Database"), ("test", "Test")]),
    # XMediaFeatures.mat of PKU: T_tr and T_te are LDA topics there.
    _blocks("I_{}_CNN", "T_{}_BOW", "{}ImgCat", [("train", "tr"), ("test", "te")], labels_of_texts="{}TxtCat"),
    # The files of DSCMR, one array to a file; wikipedia_features.mat, nuswide_features.mat of its ports.
    _blocks(
        *("{}_img", "{}_txt", "{}_img_lab|{}_label"),
        [("train", "train|tr"), ("test", "test|te")],
        optional=[("val", "val|valid")],
        labels_of_texts="{}_txt_lab",
    ),
    # XMediaNet5View_Doc2Vec.mat, INRIA-Websearch.mat as later papers store them.
    _blocks("img_{}", "text_{}", "label_{}", [("train", "train"), ("test", "test")], optional=[("val", "valid|val")]),
    # wiki.mat of papers on noisy labels.
    _blocks("{}_imgs_deep", "{}_texts_doc", "{}_imgs_labels", [("train", "train"), ("test", "test")]),
    # wiki_features_text_pretrained.mat (MAN).
    Layout(
        "X1+X2+trainLabel",
        {"image_train": ("X1",), "text_train": ("X2",), "labels_train": ("trainLabel",)}
        | {"image_test": ("XTe1",), "text_test": ("XTe2",), "labels_test": ("testLabel",)},
        {"image_val": ("XV1",), "text_val": ("XV2",), "labels_val": ("tuneLabel",)},
    ),
    # FLICKR-25K.mat of DCMH, where images are pictures; COCO.mat and the files xall, yall, lall of later papers, where
    # XAll are features; IAll with TAll or YAll in ports.
    _whole("XAll", "YAll|TAll", "LAll"),
    _whole("IAll", "YAll|TAll", "LAll"),
    _whole("images", "YAll", "LAll"),
    # nus_all.mat, wiki_feature_all.mat, pascal_voc.mat (MAN, SDML).
    _whole("images|imgs", "tags|texts", "labels"),
)


def find_layout(shapes, name=None):
    """Return which array plays which role.

    Parameters
    ----------
    shapes : dict
        Shape of each array of the file, by its name.
    name : str or None
        Name of the layout, where several fit.

    Returns
    -------
    dict
        Name of the array, by its role.

    Raises
    ------
    ValueError
        No layout fits, or several do, or the images are pictures.
    """
    if name is not None and name not in {layout.name for layout in LAYOUTS}:
        raise ValueError(f"layout={name!r} is unknown; choose one of {', '.join(layout.name for layout in LAYOUTS)}.")
    fitting = {}
    for layout in LAYOUTS:
        if name in (None, layout.name):
            roles = _roles(layout, shapes)
            if roles is not None:
                fitting[layout.name] = roles
    of_features = {key: roles for key, roles in fitting.items() if not _pictures(roles, shapes)}
    if len(of_features) != 1:
        raise ValueError(_why_not_one(shapes, fitting, of_features))
    return next(iter(of_features.values()))


def _roles(layout, shapes):
    """Return {role: name} where the layout fits, else None; an optional block is there whole or not at all."""
    given = {}
    for array in shapes:
        given.setdefault(array.lower(), []).append(array)
    found = {
        role: [array for alias in dict.fromkeys(alias.lower() for alias in aliases) for array in given.get(alias, ())]
        for role, aliases in (layout.required | layout.optional).items()
    }
    if not all(found[role] for role in layout.required):
        return None
    twice = {role: names for role, names in found.items() if len(names) > 1}
    if twice:
        role, names = next(iter(twice.items()))
        raise ValueError(f"{' and '.join(names)} could both be {role.replace('_', ' of ')}; leave one of them out.")
    roles = {role: names[0] for role, names in found.items() if names}
    blocks = {role.partition("_")[2] for role in roles}
    whole = {block for block in blocks if all(f"{view}_{block}" in roles for view in VIEWS)} | {"", "rows"}
    return {role: name for role, name in roles.items() if role.partition("_")[2] in whole}


def _pictures(roles, shapes):
    """Return the names of the image arrays that hold pictures, not features."""
    return [name for role, name in roles.items() if role.startswith("image") and len(shapes[name]) > 2]


def _why_not_one(shapes, fitting, of_features):
    """Return the message for a file that no layout fits, or several."""
    there = ", ".join(f"{name} {tuple(shape)}" for name, shape in sorted(shapes.items())) or "nothing"
    if len(of_features) > 1:
        return (
            f"several layouts fit: {', '.join(of_features)}; choose with layout=, or name the arrays in load_features("
            f"path, image=..., text=..., labels=..., split=...). The file holds {there}."
        )
    if fitting:
        name = _pictures(next(iter(fitting.values())), shapes)[0]
        return (
            f"{name} has the shape {tuple(shapes[name])}: these are pictures, not features. Compute features of them "
            f"first (one row an item), and store them as XAll beside the other arrays. The file holds {there}."
        )
    known = ", ".join(layout.name for layout in LAYOUTS)
    return (
        f"no known layout fits: the file holds {there}. Known are {known} and their kin; rename the arrays, or name "
        "them in load_features(path, image=..., text=..., labels=..., split=...)."
    )
