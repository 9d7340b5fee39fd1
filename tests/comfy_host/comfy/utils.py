"""ComfyUI's bar, as nodes know it."""

PROGRESS_BAR_HOOK = None


class ProgressBar:
    def __init__(self, total, node_id=None):
        self.total, self.node_id, self.hook = total, node_id, PROGRESS_BAR_HOOK

    def update_absolute(self, value, total=None, preview=None):
        self.total = self.total if total is None else total
        if self.hook is not None:
            self.hook(value, self.total, preview, node_id=self.node_id)
