"""Tells who a token or key is of: a key, a token of this installation, or one of another provider."""

from api.callers import Caller, CredentialError
from api.problems import ProblemError
from cloudcost.identity.doors import Doors
from cloudcost.identity.proofs import NotProvenError, Proof, UnavailableError


class DoorsAuthenticator:
    """The `Authenticator` of an installation."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors

    def identify(self, credential: str) -> Caller:
        """The caller; `CredentialError` where it proves nobody, a problem of status 503 where nobody can tell now."""
        return as_caller(self.prove(credential))

    def prove(self, credential: str) -> Proof:
        """What the credential proves, likewise."""
        try:
            return self.doors.identify(credential)
        except NotProvenError as refusal:
            raise CredentialError(str(refusal)) from refusal
        except UnavailableError as error:
            raise ProblemError(503, "unavailable", str(error), headers={"Retry-After": "30"}) from error


def as_caller(proof: Proof) -> Caller:
    """Whom a proof is of, as routes know callers."""
    return Caller(proof.person, proof.account, proof.allowed, proof.is_machine, proof.signed_in_at)
