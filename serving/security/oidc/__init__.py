"""The organisation's own login: OpenID Connect for the pages, its tokens for the API."""
