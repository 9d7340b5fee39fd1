"""Two folders of clips by every metric that the loaded networks allow."""
