# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that uses AWS: it finds its credentials in the environment, as any program that is built on an AWS SDK."""

from __future__ import annotations

import sys

import boto3

REGION = "us-east-1"
BUCKET = "leasehold-demo"


def whoami() -> str:
    """The caller's name at AWS."""
    return str(boto3.client("sts", region_name=REGION).get_caller_identity()["Arn"])


def upload(name: str) -> None:
    """Put an object into a bucket, which is made if there is none."""
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=name, Body=b"all is well\n")


if __name__ == "__main__":
    if sys.argv[1] == "upload":
        upload(sys.argv[2])
        print(f"{whoami()} uploaded {sys.argv[2]}")
    else:
        print(whoami())
