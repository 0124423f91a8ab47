"""S3: settings, clients, retries, verified reads, resumable uploads and the validation of a bucket; the only place that speaks to it.

Importing the package makes ours the file system of every `s3://` path of the process, also of one that came pickled from another; the file
system itself is imported on its first use.
"""

import fsspec

for _protocol in ("s3", "s3a"):
    fsspec.register_implementation(_protocol, "empathy_assets.adapters.s3.filesystem.PatientS3FileSystem", clobber=True)
