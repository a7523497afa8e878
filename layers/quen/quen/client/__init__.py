"""A client of the partner API: signs every request after the profile, and retries without doing anything twice.

    credentials = Credentials(key_id, "hmac-sha256", base64.b64decode(secret))
    with PartnerClient(Endpoint(partner_url, authority, path_prefix), credentials) as client:
        answer = client.record_purchase({"purchase_id": "r-1", "member": {"phone": "0901234567"}, ...})

The standard library alone, but for `cryptography` where the key is a private one. It shares no code with the side that
verifies, so that the two keep each other honest. `quen.client.signing` shows worked signatures, byte for byte.
"""

from quen.client.partner import Endpoint, PartnerClient, RetryPolicy
from quen.client.passes import OfflinePass, read_pass
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.client.transport import Answer, HttpTransport, NoAnswerError, Transport

__all__ = [
    "Answer",
    "Credentials",
    "Endpoint",
    "HttpTransport",
    "NoAnswerError",
    "OfflinePass",
    "PartnerClient",
    "RetryPolicy",
    "Transport",
    "UnsignedRequest",
    "read_pass",
    "sign",
]
