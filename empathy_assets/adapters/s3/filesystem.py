"""The fsspec file system behind every `s3://` path of this process: s3fs with our settings, retries and explanations.

Lives here: its construction and registration. Must not live here: whole-file transfers; those go through `objects` and `upload`, which
verify what arrives.
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from s3fs import S3FileSystem

from empathy_assets.adapters.s3.clients import aio_session, s3fs_options
from empathy_assets.adapters.s3.errors import explain, is_absent
from empathy_assets.adapters.s3.settings import S3Settings


class PatientS3FileSystem(S3FileSystem):
    """s3fs that waits out failures by our policy and says in one line why it could not go on.

    Listings are never cached: another process, or a client beside this one, may have written in between.
    """

    retries = 3  # bodies that end early; the requests themselves are retried by the session

    def __init__(self, *args: Any, settings: S3Settings | None = None, **kwargs: Any) -> None:
        """Take what s3fs takes; `settings` default to the environment's."""
        self.settings = settings or S3Settings.from_env()
        ours = {"session": aio_session(self.settings), "use_listings_cache": False, **s3fs_options(self.settings)}
        super().__init__(*args, **(ours | kwargs))

    async def _call_s3(self, method: str, *akwarglist: Any, **kwargs: Any) -> Any:
        try:
            return await super()._call_s3(method, *akwarglist, **kwargs)
        except (OSError, BotoCoreError, ClientError) as error:
            if is_absent(error) or isinstance(error, FileExistsError):
                raise
            parts = [str(kwargs[name]) for name in ("Bucket", "Key") if kwargs.get(name)]
            raise explain(error, f"s3://{'/'.join(parts)}", self.settings) from None

    async def _bulk_delete(self, pathlist: list[str], **kwargs: Any) -> list[str]:
        """Remove objects one by one: the request for many needs a checksum that stores disagree on, and s3fs passes over its errors."""
        for path in pathlist:
            await self._rm_file(path)
        return list(pathlist)
