"""Release packages: files, manifest, report, card; verifying, comparing and deciding whether one may be published.

Lives here: everything that turns a split release into final bytes, and reads them back. Must not live here: gates, scores or object stores.
"""
