"""The processes of a container, as a tool sees them that shares its process namespace."""

from dataclasses import dataclass

DESCRIPTORS_ALLOWED = 5
"""How many more open descriptors count as none left behind: connections take time to close."""


@dataclass(frozen=True)
class Process:
    """One process: `resident` is in KiB, `state` begins with Z for a zombie."""

    number: int
    parent: int
    state: str
    resident: int
    user: int
    descriptors: int
    command: str


@dataclass(frozen=True)
class Processes:
    """All processes of a container at one moment."""

    all: tuple[Process, ...]

    @property
    def numbers(self) -> set[int]:
        """The numbers of all processes."""
        return {process.number for process in self.all}

    @property
    def zombies(self) -> list[Process]:
        """Processes that have ended and were not waited for."""
        return [process for process in self.all if process.state.startswith("Z")]

    @property
    def descriptors(self) -> int:
        """How many files and sockets are open."""
        return sum(process.descriptors for process in self.all)

    @property
    def resident(self) -> int:
        """Resident memory of all processes, in KiB."""
        return sum(process.resident for process in self.all)

    def is_within(self, before: "Processes") -> bool:
        """Whether nothing has been left behind since `before`."""
        return (
            not self.zombies
            and len(self.all) <= len(before.all)
            and self.descriptors <= before.descriptors + DESCRIPTORS_ALLOWED
        )

    def __repr__(self) -> str:
        names = ", ".join(f"{process.command}({process.state})" for process in self.all)
        return f"{len(self.all)} processes, {self.descriptors} descriptors: {names}"


def parse(text: str) -> Processes:
    """Return what the tool `snapshot` has written."""
    processes = []
    for line in text.splitlines():
        number, parent, state, resident, user, descriptors, command = line.split(None, 6)
        processes.append(
            Process(
                int(number), int(parent), state, int(resident), int(user), int(descriptors), command
            )
        )
    return Processes(tuple(processes))
