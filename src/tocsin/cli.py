"""The command ``tocsin``. Each command parses, calls one function of ``app`` and says what came of it.

Heavy parts are imported inside the commands, so that ``tocsin --help`` and the supervisor stay light.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin import cli_people
from tocsin.cli_audit import audit
from tocsin.cli_cluster import cluster
from tocsin.cli_edge import edge
from tocsin.cli_evacuate import evacuate
from tocsin.cli_evidence import evidence
from tocsin.cli_init import init
from tocsin.cli_lake import lake
from tocsin.cli_map import map_
from tocsin.cli_privacy import privacy
from tocsin.cli_search import search
from tocsin.kernel.errors import TocsinError

app = typer.Typer(
    name="tocsin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tocsin, the alarm bell of a town.",
)
device = typer.Typer(no_args_is_help=True, help="Devices that may send over MQTT.")
tool = typer.Typer(no_args_is_help=True, help="Tools: make a new one, look at those found.")
app.command()(init)
app.command()(evacuate)
app.add_typer(device, name="device")
app.add_typer(tool, name="tool")
app.add_typer(audit, name="audit")
app.add_typer(cluster, name="cluster")
app.add_typer(edge, name="edge")
app.add_typer(evidence, name="evidence")
app.add_typer(lake, name="lake")
app.add_typer(map_, name="map")
app.add_typer(privacy, name="privacy")
app.add_typer(search, name="search")
app.add_typer(cli_people.user, name="user")
app.add_typer(cli_people.org, name="org")
app.add_typer(cli_people.role, name="role")
app.add_typer(cli_people.token, name="token")

DEFAULT_STATE = Path("state")
State = Annotated[Path, typer.Option("--state", help="Folder that holds everything this city keeps.")]
Port = Annotated[int | None, typer.Option("--port", help="Where console and API listen; 0 takes a free one.")]
Headless = Annotated[
    bool, typer.Option("--headless", help="No browser; first line on standard output is JSON, once ready.")
]
Realm = Annotated[str, typer.Option("--realm", help="live, or backtest:<name> with the clock of its files.")]


@app.command()
def demo(
    state: State = DEFAULT_STATE / "demo",
    port: Port = None,
    headless: Headless = False,
    seed: Annotated[int, typer.Option(help="Another seed, another story.")] = 1,
) -> None:
    """A live city of simulated devices with the protest scenario running. Ends with Ctrl-C."""
    from tocsin.supervise import Wishes, supervise

    supervise(Wishes(state=state, realm="live", port=port, headless=headless, demo_seed=seed))


@app.command()
def up(
    state: State = DEFAULT_STATE / "city",
    port: Port = None,
    headless: Headless = False,
    realm: Realm = "live",
    city: Annotated[
        str, typer.Option(help="Take in its public feeds: oslo, padova, porto or helsinki.")
    ] = "",
) -> None:
    """Your own city: everything but the simulated devices. Ends with Ctrl-C."""
    from tocsin.supervise import Wishes, supervise

    if city:
        from tocsin.app.feeds import enable

        if not (state / "layout").exists():
            init(state, city=city)
        fed = enable(state, city)
        print(f"feeds: {fed.file}{' (as it stood)' if fed.kept else ''}", file=sys.stderr)
    supervise(Wishes(state=state, realm=realm, port=port, headless=headless))


@app.command()
def feeds(state: State = DEFAULT_STATE / "city") -> None:
    """Feeds of this city: what is asked, of whom, on which terms."""
    from tocsin.app.feeds import described

    print("\n".join(described(state)) or "no feed yet; docs/howto/feeds.md")


@app.command("demo-real")
def demo_real(
    data: Annotated[Path, typer.Option(help="Folder with the recorded city data.")],
    mappings: Annotated[Path, typer.Option(help="Folder with a mapping for each recording.")],
    state: State = DEFAULT_STATE / "real",
    port: Port = None,
    headless: Headless = False,
) -> None:
    """Recorded days of real cities through every layer, on the clock of the recordings."""
    from tocsin.app.recordings import known
    from tocsin.supervise import Wishes, supervise

    found = known(data, mappings)
    supervise(Wishes(state=state, realm="backtest:recorded", port=port, headless=headless, recording=found))


@app.command()
def run(
    process: Annotated[
        str, typer.Argument(help="door, stages, lake, runner; keeper or node where the bus is a cluster.")
    ],
    state: State = DEFAULT_STATE / "city",
    realm: Realm = "live",
) -> None:
    """One process of a city, where each is kept by the machine: docs/howto/several-machines.md."""
    from tocsin.app.processes import run_process

    run_process(process, state, realm)


@app.command()
def prepare(
    state: State = DEFAULT_STATE / "city",
    realm: Realm = "live",
    fresh_password: Annotated[bool, typer.Option(help="Give the first account a new password.")] = False,
    demo: Annotated[bool, typer.Option(help="With the control rooms of the demonstration.")] = False,
) -> None:
    """Bring the state folder to this version's shape; answer the first account as JSON.

    Standard input: a JSON object of devices to register, id to title.
    """
    from tocsin.app.preparing import prepare_state

    if not (state / "layout").exists():
        from tocsin.supervise import own

        own(state)
    devices = json.loads(sys.stdin.read() or "{}")
    print(prepare_state(state, realm, fresh_password=fresh_password, devices=devices, demo=demo))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz), JSON lines or Parquet.")],
    mapping: Annotated[Path, typer.Option(help="What its columns mean; see docs/howto/replay-a-day.md.")],
    url: Annotated[str, typer.Option(help="A running instance.")] = "",
    token: Annotated[str, typer.Option(envvar="TOCSIN_TOKEN", help="With the scope ingest.")] = "",
    state: State = DEFAULT_STATE / "replay",
    speed: Annotated[float, typer.Option(help="Times faster than recorded; 0 as fast as it is taken.")] = 0.0,
    loop: Annotated[bool, typer.Option(help="Begin again at the end.")] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Shift its times so that it plays into the present.")
    ] = False,
    headless: Headless = False,
    port: Port = None,
) -> None:
    """Play a recorded file through every layer: into a running instance, or into one of its own."""
    from tocsin.supervise import Recording, Wishes, supervise

    recording = Recording(files=((file, mapping),), speed=speed, loop=loop, now=now)
    if url:
        from tocsin.app.recordings import replay_into

        print(asyncio.run(replay_into(recording, url=url, token=token)))
        return
    realm = "live" if now else f"backtest:{mapping.stem}"
    supervise(Wishes(state=state, realm=realm, port=port, headless=headless, recording=recording))


@device.command("add")
def device_add(
    device_id: str,
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    state: State = DEFAULT_STATE / "city",
) -> None:
    """Let a device in; prints its password once."""
    from tocsin.app.preparing import let_in

    print(let_in(state, device_id, title or device_id))


@device.command("list")
def device_list(state: State = DEFAULT_STATE / "city") -> None:
    """Devices that may send."""
    from tocsin.app.preparing import devices

    print("\n".join(devices(state)) or "no device yet; tocsin device add <id>")


@device.command("remove")
def device_remove(device_id: str, state: State = DEFAULT_STATE / "city") -> None:
    """Shut a device out."""
    from tocsin.app.preparing import shut_out

    shut_out(state, device_id)
    print(f"{device_id} is shut out")


@tool.command("new")
def tool_new(
    tool_id: str,
    folder: Annotated[Path, typer.Option("--dir", help="Where the tool's folder is made.")] = Path("tools"),
    advisor: Annotated[
        bool, typer.Option("--advisor", help="One that advises, not one that detects.")
    ] = False,
) -> None:
    """A folder with a tool that works and keeps every law, to be made into yours."""
    from tocsin.sdk.scaffold import new_tool

    made = new_tool(tool_id, folder, advisor=advisor)
    page = "add-an-advisor" if advisor else "add-a-tool"
    print(f"{made}\nnext: docs/howto/{page}.md; TOCSIN_RUNNER_TOOLS_DIR={folder.resolve()} tocsin up")


@tool.command("restart")
def tool_restart(tool_id: str, state: State = DEFAULT_STATE / "city") -> None:
    """Bring a tool back that the runner took out of service."""
    from tocsin.runner.strikes import ask_restart

    ask_restart(state / "runner", tool_id)
    print(f"{tool_id} is asked to start again; see the status wall")


@tool.command("list")
def tool_list() -> None:
    """Tools found, and those that are broken and why."""
    from tocsin.app.tools import describe_tools

    print("\n".join(describe_tools()))


def main() -> None:
    """Entry point; an expected refusal is one clear line, not a traceback."""
    try:
        app()
    except TocsinError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
