"""What kind of disk a file is on, as Linux tells it; elsewhere nothing is known."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/mounts")
# Where locks of files do not hold, or not for long: SQLite's own documentation warns of all.
NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "gpfs"),
    }
)


def kind_of_disk(file: Path, mounts: Path | None = None) -> str:
    """Return the type of the file system that ``file`` is (or would be) on; "" if not known."""
    try:
        lines = (mounts or MOUNTS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place, found, longest = file.absolute().resolve(), "", -1
    for _, where, kind, *_ in (line.split() for line in lines):
        mounted = Path(where.replace("\\040", " "))
        if place.is_relative_to(mounted) and len(mounted.parts) >= longest:
            found, longest = kind, len(mounted.parts)
    return found


def on_a_network(file: Path) -> str:
    """Return the type of the network's disk that a file is on; "" if it is on none."""
    kind = kind_of_disk(file)
    return kind if kind in NETWORK else ""
