"""The three APIs as one page to read: `python -m api_reference` writes `infra/openapi/reference.html`.

A tool for those who build Quen; it ships nowhere. What the page says is what `quen.http.openapi` says of the declared
endpoints, and so what the code checks and answers. The page holds all it needs: no font, script or picture comes from
elsewhere, and without JavaScript only the search box is missing.

`contract` knows routes, `shapes` and `fields` say what a schema takes, `examples` makes a value that it would take, `markup` is
HTML, and `page` puts them together.
"""
