"""Superset's cache of rows, made void by a publication: a key holds which one its answer was made of."""

from pathlib import Path
from typing import Any

from cachelib.file import FileSystemCache
from cachelib.redis import RedisCache

from cloudcost_superset.publications import published_version


def _publication() -> str:
    return Path(published_version()).name


class PublishedFileCache(FileSystemCache):
    """The embedded cache: files, shared by all workers. No answer outlives the figures it was made of."""

    def _get_filename(self, key: str) -> str:
        return super()._get_filename(key if key == self._fs_count_file else f"{_publication()}:{key}")


class PublishedRedisCache(RedisCache):
    """The cache in Redis. No answer outlives the figures it was made of."""

    def _get_prefix(self) -> str:
        return f"{super()._get_prefix()}{_publication()}:"


def make_file_cache(app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> PublishedFileCache:
    """For flask-caching's CACHE_TYPE."""
    return PublishedFileCache(config["CACHE_DIR"], config["CACHE_THRESHOLD"], config["CACHE_DEFAULT_TIMEOUT"])


def make_redis_cache(app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> PublishedRedisCache:
    """For flask-caching's CACHE_TYPE."""
    from redis import from_url

    client = from_url(config["CACHE_REDIS_URL"])
    return PublishedRedisCache(
        client, default_timeout=config["CACHE_DEFAULT_TIMEOUT"], key_prefix=config["CACHE_KEY_PREFIX"]
    )
