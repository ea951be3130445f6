"""`python -m ombudsman_crawler`: the `ombudsman` command."""

from ombudsman_crawler.cli import main

if __name__ == "__main__":
    main()
