"""The one partitions definition: releases, static and reviewed in `policy/releases.toml`.

Sources carry no partitions; every stage dataset and everything after it is partitioned by release, so the UI plots each figure release
over release. Static keys work on a fresh instance, dynamic ones do not.
"""

import dagster as dg

from empathy_assets.policy.releases import releases

release_partitions = dg.StaticPartitionsDefinition(list(releases()))
