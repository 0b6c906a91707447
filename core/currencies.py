"""The currencies that a bill can be in: the codes of ISO 4217 but those of metals, baskets and placeholders.

What a vendor counts in besides (credits, DBU, tokens) is a pricing currency of FOCUS, which is another column and is
not held to this list.

Source: ISO 4217, list one (current currency and funds codes, as of January 2026) and, of list three (historic codes),
those that were withdrawn in 2000 or later: no bill that is taken is older.
"""

#: How a code is written.
CURRENCY_PATTERN = r"^[A-Z]{3}$"

_CURRENT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
""".split()
_WITHDRAWN = """
ADP AFA ANG AON AOR ATS AYM AZM BEF BGL BGN BYB BYR CHC CSD CUC CYP DEM ECS ECV EEK ESP FIM FRF GHC GHP GRD HRK IEP
ITL LTL LUF LVL MGF MRO MTL MZM NLG PTE ROL RUR SDD SIT SKK SLL SRG STD TJR TMM TPE TRL USS VEB VEF YUM ZMK
ZWD ZWL ZWN ZWR
""".split()

CURRENCIES = frozenset((*_CURRENT, *_WITHDRAWN))
#: Codes of ISO 4217 as well: metals, units of account, baskets of bonds, tests (XTS) and no currency at all (XXX).
NO_MONEY = frozenset("XAD XAG XAU XBA XBB XBC XBD XDR XFO XFU XPD XPT XSU XTS XUA XXX".split())
#: Why a code is refused.
UNKNOWN, NOT_BILLED = "is not an ISO 4217 code", "is no currency of a bill"


def check_currency(code: str) -> str:
    """``code`` where a bill can be in it; `ValueError` otherwise."""
    if code not in CURRENCIES:
        raise ValueError(f"{code!r} {NOT_BILLED if code in NO_MONEY else UNKNOWN}")
    return code


def tidy_currency(sql: str) -> str:
    """SQL giving a currency's code as ISO 4217 writes it: `` usd `` is USD. NULL where nothing is written."""
    return f"nullif(upper(trim({sql}, E' \\t\\r\\n')), '')"
