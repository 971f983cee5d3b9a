"""A real blog of 566 posts moves in: it builds with both engines, alike, and is hardly complained of."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import feedparser
import pytest
import yaml
from feed_judges import atom_errors, json_feed_errors
from sites import NOW, pages

from cmflow import build, library, scaffold, settings, urls
from cmflow.check import check

CORPUS = Path(os.environ.get("CMFLOW_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("corpus"),
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not on this machine"),
]
