"""`cloudcost login`, `logout` and `whoami`."""

from typing import Annotated, Optional

import typer

from cli.context import find_installation

sign_in_app = typer.Typer()


@sign_in_app.command()
def login(
    context: typer.Context,
    url: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it at run time
        typer.Option("--url", help="Address of the API. Default: that of the configuration."),
    ] = None,
) -> None:
    """Sign this terminal in at an API, by a page that its code is typed into."""
    from cli.sign_in.sign_in import log_in

    log_in(url or find_installation(context).config.api.address)


@sign_in_app.command()
def logout(
    everywhere: Annotated[bool, typer.Option("--everywhere", help="End every sign-in of yours.")] = False,
) -> None:
    """End the sign-in of this terminal."""
    from cli.sign_in.sign_in import log_out

    log_out(everywhere)


@sign_in_app.command()
def whoami() -> None:
    """Show who one is at the API that this terminal is signed in to, and what one may there."""
    from cli.sign_in.sign_in import show_me

    show_me()
