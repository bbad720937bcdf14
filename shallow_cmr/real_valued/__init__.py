"""Real-valued methods: images and texts become vectors of one space, compared by cosine."""

from shallow_cmr.real_valued.canonical_pls import CanonicalPLS as CanonicalPLS
from shallow_cmr.real_valued.cca import CCA as CCA
from shallow_cmr.real_valued.kcca import KCCA as KCCA
from shallow_cmr.real_valued.pls import PLS as PLS
from shallow_cmr.real_valued.regression_pls import RegressionPLS as RegressionPLS

__all__ = [name for name in dir() if name[0].isupper()]
