"""The studio: the page that the server shows. Its sources lie in `web`, what is built of them in `page`."""
