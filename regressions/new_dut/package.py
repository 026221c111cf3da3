# SPDX-License-Identifier: Apache-2.0
"""Files of FPnew and common_cells, which come with the bench, that other sources need and lack."""

from dataclasses import dataclass, replace

from tb.filelist import Listing
from tb.headers import included
from tb.libraries import needed
from tb.paths import package_file
from tb.sources import Sources

_FOLDERS = ("{fpnew}", "{common_cells}")
_HEADERS = "{common_cells_include}"


@dataclass(frozen=True, slots=True)
class Completed:
    """Sources with what they need of the installed package."""

    sources: Sources
    files: tuple[str, ...]  # entries of a descriptor's `sources`, in front of all others
    includes: tuple[str, ...]  # entries of its `includes`


def completed(found: Sources) -> Completed:
    """Add the files that define packages and modules which nothing else defines, and the folder of headers.

    Args:
        found: All sources of a device that somebody named.
    """
    headers = package_file(_HEADERS).resolve()
    includes = (*found.includes, headers)
    roots = {package_file(token).resolve(): token for token in _FOLDERS}
    listing = Listing(includes=list(includes), folders=list(roots))
    # Packages come first: they have to be there before they are used.
    more = sorted(
        needed(found.files, listing, found.defines), key=lambda path: not path.stem.endswith("_pkg")
    )
    files = (*more, *found.files)
    missing = any(header.is_relative_to(headers) for header in included(files, includes))
    if not missing or headers in found.includes:
        includes = found.includes
    return Completed(
        replace(found, files=files, includes=includes),
        tuple(f"{roots[path.parent]}/{path.name}" for path in more),
        (_HEADERS,) if includes != found.includes else (),
    )
