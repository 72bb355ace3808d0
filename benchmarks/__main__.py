"""`make bench`: measure, and print the tables that benchmarks/README.md keeps."""

from __future__ import annotations

import argparse

from benchmarks import first_read, fold, known_items, list_rows, quiet_drives


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 400_000], metavar="ITEMS")
    parser.add_argument("--known", type=int, nargs="+", default=[10_000, 100_000], metavar="ITEMS")
    parser.add_argument("--folded", type=int, nargs="+", default=[100_000, 1_000_000], metavar="ITEMS")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000], metavar="ROWS")
    parser.add_argument("--quiet", type=int, nargs="+", default=[100, 1_000], metavar="DRIVES")
    options = parser.parse_args()
    print("## First read\n")
    print(first_read.table(options.sizes))
    print("\n## An increment on many known items\n")
    print(known_items.table(options.known))
    print("\n## The fold alone\n")
    print(fold.table(options.folded))
    print("\n## Reading a SharePoint list\n")
    print(list_rows.table(options.rows))
    print("\n## Many drives in one task\n")
    print(quiet_drives.quiet_table(options.quiet))
    print(f"\n{quiet_drives.latency_table()}")
    print(f"\n{quiet_drives.first_reads_table()}")


if __name__ == "__main__":
    main()
