"""Checking playback tokens in Fastly's VCL: ES256 by ``digest.ecdsa_verify``, keys in a dictionary.

VCL reads no JSON. So a token has to be written as nearly every library writes it: without spaces
and escapes, its times as integers, and with no object in it, whose members could be taken for its
own claims; whatever else it is, it is refused. A token that is bound to pages is refused, too: VCL
has no patterns that are not known beforehand. All other rules are those of ``cdn.signing``. Nothing
is asked of the origin, and nothing restarts: after a restart, Fastly would go past its shield.

Patterns are PCRE.
"""

import re
from importlib.resources import files
from typing import Final

from cdn.edge.fastly.text import quoted
from cdn.edge.script import ASSET, BASE64URL, ENTRY
from cdn.policy.cache_key import MISLEADING
from cdn.policy.route import OPEN, PLAYS
from cdn.signing.bounds import NO_COUNTRY
from cdn.signing.claims import CLOCK_SKEW_S, KNOWN, RESTRICTING
from cdn.signing.scope import ABOUT_PATTERN, Scope
from cdn.signing.token import TOKEN_CHARACTERS_MAX
from manifests.layout import ID_PATTERN

TABLE: Final = "playback_keys"
"""The dictionary (edge dictionary) of public keys: PEM by ``kid``."""
_SIGNATURE_CHARACTERS: Final = 86
"""Of ES256: 64 bytes (RFC 7518 §3.4) in base64url."""
_SIGNATURE: Final = rf"[\w-]{{{_SIGNATURE_CHARACTERS - 1}}}[AQgw]"
PREFIX: Final = rf"^/t/(({BASE64URL})\.({BASE64URL}))\.({_SIGNATURE})(/.*)$"
_TEXT: Final = r'"[^"\\\x00-\x1f]*"'
_NUMBER: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_FLAT: Final = rf"(?:{_TEXT}|{_NUMBER}|true|false|null)"
_PAIR: Final = r'(?!"(?:crit|b64)":)"[a-z0-9]+":"[A-Za-z0-9_.~+/-]*"'
HEADER: Final = rf"^\{{{_PAIR}(?:,{_PAIR})*\}}$"
KID: Final = r'[{,]"kid":"([A-Za-z0-9_.~-]{1,128})"[,}]'
ALGORITHM: Final = '[{,]"alg":"ES256"[,}]'
_MOMENT: Final = "(?:0|[1-9][0-9]{0,10})"
_CLAIM: Final = (
    rf'"(?:iss|sub|jti)":{_TEXT}'
    rf'|"(?:aud|asset)":"{ID_PATTERN}"|"aud":\["{ID_PATTERN}"\]'
    rf'|"(?:exp|nbf|iat)":{_MOMENT}'
    r'|"scope":"[!#-Z^-~]+(?: [!#-Z^-~]+)*"'
    r'|"countries":\["[A-Z]{2}"(?:,"[A-Z]{2}")*\]'
    rf'|(?!"(?:{"|".join(sorted(KNOWN | RESTRICTING))})":){_TEXT}:'
    rf"(?:{_FLAT}|\[(?:{_FLAT}(?:,{_FLAT})*)?\])"
)
"""What is ours, as it has to be, or a claim of somebody else's."""
CLAIMS: Final = rf"^\{{(?:{_CLAIM})(?:,(?:{_CLAIM}))*\}}$"
TWICE: Final = r'[{,]"([a-z_]+)":.*,"\1":'
"""What is said twice: patterns here find the first one, and who reads JSON takes the last one."""
AUDIENCE: Final = rf'[{{,]"aud":\[?"({ID_PATTERN})"\]?[,}}]'
ASSET_CLAIM: Final = rf'[{{,]"asset":"({ID_PATTERN})"[,}}]'
END: Final = rf'[{{,]"exp":({_MOMENT})[,}}]'
BEGIN: Final = rf'[{{,]"nbf":({_MOMENT})[,}}]'
COUNTRIES: Final = r'[{,]"countries":(\[[^\]]*\])[,}]'


def scope(word: str) -> str:
    """Return the pattern of claims that have a word in their scope."""
    return rf'[{{,]"scope":"(?:[^"]* )?{word}(?: [^"]*)?"[,}}]'


def subroutine() -> str:
    """Return the subroutine that refuses what no token opens, and cuts tokens off."""
    code = (files("cdn.edge.fastly") / "token.vcl").read_text(encoding="utf-8")
    return re.sub("@([A-Z_]+)@", lambda found: _SAID[found[1]], code)


def _texts() -> dict[str, str]:
    return {
        "TOKEN": PREFIX,
        "PLAYS": PLAYS,
        "OPEN": OPEN,
        "MISLEADING": MISLEADING,
        "HEADER": HEADER,
        "ALGORITHM": ALGORITHM,
        "KID": KID,
        "CLAIMS": CLAIMS,
        "TWICE": TWICE,
        "END": END,
        "BEGIN": BEGIN,
        "AUDIENCE": AUDIENCE,
        "ASSET_CLAIM": ASSET_CLAIM,
        "COUNTRIES": COUNTRIES,
        "NO_COUNTRY": f"^(?:{'|'.join(sorted(NO_COUNTRY))})$",
        "HAS_SCOPE": '"scope":',
        "ABOUT_PATH": ABOUT_PATTERN,
        "ABOUT": scope(Scope.ABOUT),
        "PLAY": scope(Scope.PLAY),
        "ENTRY": ENTRY,
        "ASSET": ASSET,
    }


_SAID: Final = {
    **{name: quoted(text) for name, text in _texts().items()},
    "SKEW": f"{CLOCK_SKEW_S}s",
    "SIGNED_MAX": str(TOKEN_CHARACTERS_MAX - _SIGNATURE_CHARACTERS - 1),
}
