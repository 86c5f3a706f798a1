"""`python -m feedsvc COMMAND`."""

from feedsvc.cli import main

if __name__ == "__main__":
    main()
