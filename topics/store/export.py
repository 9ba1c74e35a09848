"""A copy of a model in another folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copyfile

from topics.store.articles import ArticleFile
from topics.store.commit import Transaction
from topics.store.files import machine_errors
from topics.store.folder import ModelFolder
from topics.store.manifest import FileEntry, now


def export(source: Path, target: Path, *, keep_text: bool = True, replace_model: bool = False) -> None:
    """Copy the model in `source` to `target`, whole or without the texts of its articles.

    Raises ModelExists when there is one and `replace_model` is not set.
    """
    with ModelFolder.open(source) as folder:
        manifest = folder.manifest
        needed = sum(entry.size for entry in manifest.files.values())
        with Transaction(target, "replace" if replace_model else "create", needed) as transaction:
            files: dict[str, FileEntry] = {}
            for role, entry in manifest.files.items():
                old = source / entry.name
                kind = entry.name.partition("-")[0]
                if entry.name.endswith(".sqlite"):
                    new = transaction.new_path(kind, ".sqlite")
                    if keep_text:
                        with machine_errors(new):
                            copyfile(old, new)
                    else:
                        reader = ArticleFile(old)
                        try:
                            reader.copy(new, text=False)
                        finally:
                            reader.close()
                else:
                    new = transaction.new_path(kind, ".joblib")
                    with machine_errors(new):
                        copyfile(old, new)
                files[role] = transaction.entry(new)
            info = {**manifest.info, "text": keep_text and manifest.info.get("text", True)}
            transaction.commit(replace(manifest, changed=now(), files=files, info=info))
