"""What each app shows: the state of its page, its permalink, its views and its files; over `core`, without layout."""
