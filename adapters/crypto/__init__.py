"""Field encryption and blind indexes: the one place where personal values meet keys.

Another provider (SM4 and SM3 for 密评) plays the same two parts under another algorithm id.
"""

from adapters.crypto.cipher import ALGORITHM, FieldCipher, Undecipherable
from adapters.crypto.index import BlindIndex

__all__ = ["ALGORITHM", "BlindIndex", "FieldCipher", "Undecipherable"]
