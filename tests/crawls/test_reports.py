"""Public reports and service improvements, collected by whole crawls."""

from __future__ import annotations

from conftest import Storage

from ombudsman_crawler.replica import Replica


def test_first(storage: Storage) -> None:
    with Replica(councils=4, years=(2020, 2021)) as site:
        ended = storage.crawl(site, "--collect", "reports,improvements")
        print(ended.all)
        for slug in site.slugs:
            print(slug, site.reports(slug))
            for r in storage.query(
                "select p.* from public_report p join authority a on a.id=authority_id where slug=?",
                slug,
            ):
                print("  ", r)
        for slug in site.slugs:
            print(slug, site.improvements(slug))
            for r in storage.query(
                "select p.* from service_improvement p join authority a on a.id=authority_id where slug=?",
                slug,
            ):
                print("  ", r)
        assert ended.status == 1
