import json

from apps.backoffice.static_files import ManifestStorage


def test_addresses_are_those_of_the_manifest(tmp_path):
    paths = {"css/base.css": "css/base.0123.css", "js/form.js": "js/form.4567.js"}
    manifest = {"paths": paths, "version": "1.1", "hash": ""}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    storage = ManifestStorage(location=tmp_path, base_url="/static/")

    for _ in range(2):
        assert storage.url("css/base.css") == "/static/css/base.0123.css"
        assert storage.url("js/form.js") == "/static/js/form.4567.js"
