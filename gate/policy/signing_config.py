"""``--signing-config``: ``[signing]`` in a file of its own, for keys that load code, name hosts or tell of secrets.

Such a file may be given to the job that signs alone.  It is no part of the policy's digest: whom a release is signed by
stands in its record.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gate.paths import printable
from gate.policy.checks import Found
from gate.policy.load import never_delivered, read_policy_file
from gate.policy.parse import parse_policy

if TYPE_CHECKING:
    from pathlib import Path

    from gate.policy.load import LoadedPolicy


def with_signing_config(loaded: LoadedPolicy, path: Path) -> LoadedPolicy:
    """Return a policy whose ``[signing]`` has what a file says of it as well; paths there are relative to that file.

    Raises ``PolicyError`` where the file cannot be read or used, holds anything but ``[signing]``, or says something
    that the policy says already: ``use`` and each table below ``[signing]`` stand in one of the two.
    """
    name = printable(str(path))
    parsed = parse_policy(read_policy_file(path, name), name)
    given = parsed.policy.signing
    tables = given.model_fields_set
    found = [
        Found("policy.only-signing", (section,), {"section": section})
        for section in sorted(parsed.policy.model_fields_set - {"signing"})
    ]
    found += [
        Found("policy.signing-twice", ("signing", table), {"other": loaded.path})
        for table in sorted(tables & loaded.policy.signing.model_fields_set)
        if loaded.path is not None  # the built-in policy gives way
    ]
    if found:
        raise parsed.refuse(found)
    merged = loaded.policy.signing.model_copy(update={table: getattr(given, table) for table in tables})
    return dataclasses.replace(
        loaded,
        policy=loaded.policy.model_copy(update={"signing": merged}),
        folders=(*loaded.folders, path, *never_delivered(parsed.policy, path.parent)),
        signing_files=dict.fromkeys(tables, path),
    )
