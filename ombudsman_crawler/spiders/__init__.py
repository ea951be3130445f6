"""The spiders: each finds one collection. They read pages through `site` and yield items."""
