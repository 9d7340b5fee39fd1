"""What takes a sound on to an editor: timelines, Reaper's projects, markers."""
