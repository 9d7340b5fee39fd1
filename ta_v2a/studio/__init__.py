"""The studio: the page that the server shows. Its sources are in `web`; what is built of them goes to `page`."""
