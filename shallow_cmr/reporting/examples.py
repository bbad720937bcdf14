"""What people see of an item: its title, keywords, classes and picture."""

from base64 import b64encode

from shallow_cmr.labels import encode_labels

__all__ = ["item_facts"]


def item_facts(index, dataset):
    """Return title, keywords, classes and picture of one item of the dataset."""
    picture = dataset.thumbnail(index)
    return {
        "title": dataset.titles[index] if dataset.titles else f"item {index}",
        "text": dataset.texts[index] if dataset.texts else f"text {index}",
        "picture": f"data:image/webp;base64,{b64encode(picture).decode('ascii')}" if picture else None,
        "class_name": _class_name(index, dataset),
    }


def _class_name(index, dataset):
    """Return the names of an item's classes."""
    encoded = encode_labels(dataset.labels[[index]])
    classes = [encoded.classes[j] for j in encoded.L.indices]
    return ", ".join(str(dataset.class_names[j]) if dataset.class_names else f"class {j}" for j in classes)
