"""Who may do what over S3: several users, bucket policies, access control lists, nobody in particular."""

import datetime
import json
import uuid

import boto3
import botocore.exceptions
import pytest
import requests_free as http
from botocore.config import Config


def code_of(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def client(lab, service, access_key, secret_key):
    return boto3.client(service, endpoint_url=lab.endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@pytest.fixture(scope="module")
def iam(lab):
    return client(lab, "iam", "admin", "admin123")


@pytest.fixture(scope="module")
def users(lab, iam):
    """Two users of one run: name and S3 client of each."""
    made = []
    for name in ("ann", "bob"):
        name = f"{name}-{uuid.uuid4().hex[:6]}"
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, client(lab, "s3", key["AccessKeyId"], key["SecretAccessKey"])))
    return made


@pytest.fixture
def anns(users):
    """A bucket of ann's with one object."""
    bucket = f"anns-{uuid.uuid4().hex[:10]}"
    users[0][1].create_bucket(Bucket=bucket)
    users[0][1].put_object(Bucket=bucket, Key="k", Body=b"hers")
    return bucket


def allow(bucket, action, principal="*", **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_users_are_made_listed_and_removed_by_iam(lab, iam):
    name = f"temp-{uuid.uuid4().hex[:6]}"
    assert iam.create_user(UserName=name)["User"]["Arn"].endswith(f"user/{name}")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = client(lab, "s3", key["AccessKeyId"], key["SecretAccessKey"])
    assert theirs.list_buckets()["Buckets"] == []
    assert [k["AccessKeyId"] for k in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]] == [key["AccessKeyId"]]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_user(UserName=name)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    assert code_of(theirs.list_buckets) == ("InvalidAccessKeyId", 403)
    iam.delete_user(UserName=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName=name)


def test_users_outlive_a_restart(own_lab):
    own_lab.start()
    iam = client(own_lab, "iam", "admin", "admin123")
    iam.create_user(UserName="kept")
    key = iam.create_access_key(UserName="kept")["AccessKey"]
    client(own_lab, "s3", key["AccessKeyId"], key["SecretAccessKey"]).create_bucket(Bucket="kept-bucket")
    own_lab.kill()
    own_lab.start()
    again = client(own_lab, "s3", key["AccessKeyId"], key["SecretAccessKey"])
    assert [b["Name"] for b in again.list_buckets()["Buckets"]] == ["kept-bucket"]


def test_a_user_sees_nothing_of_anothers(users, anns, s3):
    bob = users[1][1]
    assert anns not in [b["Name"] for b in bob.list_buckets()["Buckets"]]
    for call, more in ((bob.get_object, {"Key": "k"}), (bob.list_objects_v2, {}), (bob.put_object, {"Key": "x", "Body": b""}),
                       (bob.delete_object, {"Key": "k"}), (bob.get_bucket_acl, {}), (bob.delete_bucket, {}), (bob.get_object_tagging, {"Key": "k"})):
        assert code_of(call, Bucket=anns, **more) == ("AccessDenied", 403)
    assert code_of(bob.create_bucket, Bucket=anns) == ("BucketAlreadyExists", 409)
    errors = bob.delete_objects(Bucket=anns, Delete={"Objects": [{"Key": "k"}]})["Errors"]
    assert [e["Code"] for e in errors] == ["AccessDenied"]
    assert s3.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"  # the administrator may


def test_somebody_without_a_name_reads_what_a_policy_opens(users, anns, lab):
    ann = users[0][1]
    url = f"{lab.endpoint}/{anns}/k"
    assert http.get(url)[0] == 403
    assert code_of(ann.get_bucket_policy, Bucket=anns) == ("NoSuchBucketPolicy", 404)
    ann.put_bucket_policy(Bucket=anns, Policy=allow(anns, "s3:GetObject"))
    assert json.loads(ann.get_bucket_policy(Bucket=anns)["Policy"])["Statement"][0]["Action"] == "s3:GetObject"
    assert ann.get_bucket_policy_status(Bucket=anns)["PolicyStatus"]["IsPublic"] is True
    assert http.get(url) == (200, b"hers")
    assert http.get(f"{lab.endpoint}/{anns}")[0] == 403
    assert http.send("PUT", f"{lab.endpoint}/{anns}/new", b"x")[0] == 403
    ann.put_public_access_block(Bucket=anns, PublicAccessBlockConfiguration={"BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    assert http.get(url)[0] == 403
    assert code_of(ann.put_bucket_policy, Bucket=anns, Policy=allow(anns, "s3:*")) == ("AccessDenied", 403)


def test_an_owner_is_shut_out_by_a_policy_only_when_that_was_confirmed(users, anns, s3):
    ann = users[0][1]
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
                                                               "Resource": f"arn:aws:s3:::{anns}"}]})
    ann.put_bucket_policy(Bucket=anns, Policy=deny)
    assert "Statement" in ann.get_bucket_policy(Bucket=anns)["Policy"]
    ann.put_bucket_policy(Bucket=anns, Policy=deny, ConfirmRemoveSelfBucketAccess=True)
    for call, more in ((ann.get_bucket_policy, {}), (ann.put_bucket_policy, {"Policy": deny}), (ann.delete_bucket_policy, {})):
        assert code_of(call, Bucket=anns, **more) == ("AccessDenied", 403)
    s3.delete_bucket_policy(Bucket=anns)  # the administrator may
    ann.put_bucket_policy(Bucket=anns, Policy=deny)
    ann.delete_bucket_policy(Bucket=anns)


def test_a_policy_names_users_actions_and_conditions(users, anns):
    (_, ann), (bob_name, bob) = users
    ann.put_bucket_policy(Bucket=anns, Policy=allow(anns, "s3:ListBucket", {"AWS": f"arn:aws:iam:::user/{bob_name}"},
                                                   Condition={"StringEquals": {"s3:prefix": "k"}}))
    assert bob.list_objects_v2(Bucket=anns, Prefix="k")["KeyCount"] == 1
    assert code_of(bob.list_objects_v2, Bucket=anns) == ("AccessDenied", 403)
    deny = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{anns}/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{anns}/*",
         "Condition": {"StringNotEquals": {"s3:RequestObjectTag/ok": "yes"}}}]}
    ann.put_bucket_policy(Bucket=anns, Policy=json.dumps(deny))
    assert code_of(ann.put_object, Bucket=anns, Key="n", Body=b"") == ("AccessDenied", 403)
    bob.put_object(Bucket=anns, Key="n", Body=b"", Tagging="ok=yes")
    for wrong in ("{", "[]", "{}", allow("another", "s3:*"), allow(anns, "read")):
        assert code_of(ann.put_bucket_policy, Bucket=anns, Policy=wrong) == ("MalformedPolicy", 400)
    ann.delete_bucket_policy(Bucket=anns)
    assert code_of(bob.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)


def test_a_users_own_policy_allows_and_denies(users, anns, iam):
    bob_name, bob = users[1]
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{anns}/*"}]}
    iam.put_user_policy(UserName=bob_name, PolicyName="read", PolicyDocument=json.dumps(own))
    assert iam.list_user_policies(UserName=bob_name)["PolicyNames"] == ["read"]
    assert iam.get_user_policy(UserName=bob_name, PolicyName="read")["PolicyDocument"] == own
    assert bob.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"
    assert code_of(bob.put_object, Bucket=anns, Key="k", Body=b"") == ("AccessDenied", 403)
    iam.delete_user_policy(UserName=bob_name, PolicyName="read")
    assert code_of(bob.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)


def test_access_lists_open_buckets_and_objects(users, anns, lab):
    (ann_name, ann), (bob_name, bob) = users
    grants = ann.get_bucket_acl(Bucket=anns)
    assert grants["Owner"]["ID"] == ann_name and [g["Permission"] for g in grants["Grants"]] == ["FULL_CONTROL"]
    ann.put_bucket_acl(Bucket=anns, ACL="public-read")
    assert http.get(f"{lab.endpoint}/{anns}")[0] == 200
    assert http.get(f"{lab.endpoint}/{anns}/k")[0] == 403  # the list of the bucket is not the object's
    assert http.get(f"{lab.endpoint}/{anns}/none")[0] == 404
    ann.put_object(Bucket=anns, Key="open", Body=b"all", ACL="public-read")
    assert http.get(f"{lab.endpoint}/{anns}/open") == (200, b"all")
    ann.put_object_acl(Bucket=anns, Key="k", GrantRead=f'id="{bob_name}"')
    assert bob.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"
    assert code_of(bob.get_object_acl, Bucket=anns, Key="k") == ("AccessDenied", 403)
    policy = ann.get_object_acl(Bucket=anns, Key="k")
    policy["Grants"].append({"Grantee": {"Type": "CanonicalUser", "ID": bob_name}, "Permission": "READ_ACP"})
    ann.put_object_acl(Bucket=anns, Key="k", AccessControlPolicy={"Owner": policy["Owner"], "Grants": policy["Grants"]})
    assert len(bob.get_object_acl(Bucket=anns, Key="k")["Grants"]) == 2
    ann.put_bucket_acl(Bucket=anns, ACL="public-read-write")
    assert http.send("PUT", f"{lab.endpoint}/{anns}/by-anybody", b"x")[0] == 200
    assert ann.get_object(Bucket=anns, Key="by-anybody")["Body"].read() == b"x"
    ann.put_public_access_block(Bucket=anns, PublicAccessBlockConfiguration={"IgnorePublicAcls": True, "BlockPublicAcls": True})
    assert http.get(f"{lab.endpoint}/{anns}")[0] == 403
    assert code_of(ann.put_bucket_acl, Bucket=anns, ACL="public-read") == ("AccessDenied", 403)
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert code_of(ann.put_bucket_ownership_controls, Bucket=anns, OwnershipControls=enforced) == ("InvalidBucketAclWithObjectOwnership", 400)
    ann.put_bucket_acl(Bucket=anns, ACL="private")
    ann.put_bucket_ownership_controls(Bucket=anns, OwnershipControls=enforced)
    assert code_of(ann.put_object_acl, Bucket=anns, Key="k", ACL="authenticated-read") == ("AccessControlListNotSupported", 400)


def test_a_refusal_by_policy_is_not_silent_and_requester_pays_is_asked_for(lab, users, anns):
    (_, ann), (_, bob) = users
    assert ann.get_bucket_request_payment(Bucket=anns)["Payer"] == "BucketOwner"
    ann.put_bucket_policy(Bucket=anns, Policy=allow(anns, "s3:GetObject"))
    assert bob.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"
    ann.put_bucket_request_payment(Bucket=anns, RequestPaymentConfiguration={"Payer": "Requester"})
    assert ann.get_bucket_request_payment(Bucket=anns)["Payer"] == "Requester"
    assert code_of(bob.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)
    assert bob.get_object(Bucket=anns, Key="k", RequestPayer="requester")["Body"].read() == b"hers"
    assert ann.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"


def test_whose_an_object_is_is_said_by_the_bucket(lab, users):
    (ann_name, ann), (bob_name, bob) = users
    for mode, canned, owner in (("BucketOwnerEnforced", None, ann_name), ("BucketOwnerEnforced", "bucket-owner-full-control", ann_name),
                                ("BucketOwnerPreferred", None, bob_name), ("BucketOwnerPreferred", "bucket-owner-full-control", ann_name),
                                ("ObjectWriter", "bucket-owner-full-control", bob_name)):
        bucket = f"owned-{uuid.uuid4().hex[:10]}"
        ann.create_bucket(Bucket=bucket, ObjectOwnership=mode)
        ann.put_bucket_policy(Bucket=bucket, Policy=allow(bucket, "s3:*"))
        more = {"ACL": canned} if canned else {}
        bob.put_object(Bucket=bucket, Key="k", Body=b"x", **more)
        assert bob.get_object_acl(Bucket=bucket, Key="k")["Owner"]["ID"] == owner
        bob.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"}, **more)
        assert bob.get_object_acl(Bucket=bucket, Key="copy")["Owner"]["ID"] == owner
        upload = bob.create_multipart_upload(Bucket=bucket, Key="u", **more)["UploadId"]
        assert bob.list_parts(Bucket=bucket, Key="u", UploadId=upload)["Owner"]["ID"] == owner
        if mode == "BucketOwnerEnforced":
            assert code_of(bob.put_object, Bucket=bucket, Key="k", Body=b"x", ACL="private") == ("AccessControlListNotSupported", 400)
            assert code_of(bob.put_bucket_acl, Bucket=bucket, ACL="private") == ("AccessControlListNotSupported", 400)
            assert code_of(bob.put_object_acl, Bucket=bucket, Key="k", ACL="private") == ("AccessControlListNotSupported", 400)
    public = f"owned-{uuid.uuid4().hex[:10]}"
    ann.create_bucket(Bucket=public, ACL="public-read")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert code_of(ann.put_bucket_ownership_controls, Bucket=public, OwnershipControls=enforced) == ("InvalidBucketAclWithObjectOwnership", 400)
    ann.put_bucket_acl(Bucket=public, ACL="private")
    ann.put_bucket_ownership_controls(Bucket=public, OwnershipControls=enforced)


def test_what_others_put_is_read_by_whom_they_let_read_it(lab, users):
    (ann_name, ann), (bob_name, bob) = users
    for mode in ("ObjectWriter", "BucketOwnerPreferred", None):
        bucket = f"others-{uuid.uuid4().hex[:10]}"
        ann.create_bucket(Bucket=bucket, **({"ObjectOwnership": mode} if mode else {}))
        ann.put_object(Bucket=bucket, Key="own", Body=b"hers")
        ann.put_bucket_policy(Bucket=bucket, Policy=allow(bucket, ["s3:PutObject", "s3:PutObjectAcl"], {"AWS": f"arn:aws:iam:::user/{bob_name}"}))
        bob.put_object(Bucket=bucket, Key="his", Body=b"his")
        for refused in (ann.get_object, ann.head_object, ann.get_object_acl):
            assert code_of(refused, Bucket=bucket, Key="his")[1] == 403
        assert code_of(ann.copy_object, Bucket=bucket, Key="copied", CopySource=f"{bucket}/his") == ("AccessDenied", 403)
        assert code_of(ann.put_object_acl, Bucket=bucket, Key="his", ACL="public-read") == ("AccessDenied", 403)
        assert bob.get_object(Bucket=bucket, Key="his")["Body"].read() == b"his"
        assert [each["Key"] for each in ann.list_objects_v2(Bucket=bucket)["Contents"]] == ["his", "own"]
        bob.put_object_acl(Bucket=bucket, Key="his", ACL="bucket-owner-read")
        assert ann.get_object(Bucket=bucket, Key="his")["Body"].read() == b"his"
        assert code_of(ann.get_object_acl, Bucket=bucket, Key="his") == ("AccessDenied", 403)
        bob.put_object(Bucket=bucket, Key="given", Body=b"given", GrantFullControl=f"id={ann_name}")
        assert ann.get_object_acl(Bucket=bucket, Key="given")["Owner"]["ID"] == bob_name
        # Whose the bucket is may always be rid of it, and sees what is not there.
        ann.delete_object(Bucket=bucket, Key="his")
        assert code_of(ann.get_object, Bucket=bucket, Key="his") == ("NoSuchKey", 404)
        bob.put_object(Bucket=bucket, Key="his", Body=b"again")
        ann.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        assert ann.get_object(Bucket=bucket, Key="his")["Body"].read() == b"again"


def control_client(lab, access_key, secret_key):
    """S3 Control's client names the account in the host, which no resolver here knows: it connects to the lab and keeps the name."""
    made = boto3.client("s3control", endpoint_url=f"http://localhost:{lab.objects_port}", aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        region_name="us-east-1", config=Config(retries={"max_attempts": 1}))

    def connect_to_the_lab(request, **_):
        host = request.url.split("/")[2]
        request.headers["Host"] = host
        request.url = request.url.replace(host, f"127.0.0.1:{lab.objects_port}")

    made.meta.events.register("before-send.s3-control", connect_to_the_lab)
    return made


def test_an_accounts_access_block_holds_for_every_bucket(lab, users, iam):
    account = {"AccountId": "000000000000"}
    control = control_client(lab, "admin", "admin123")
    ann = users[0][1]
    flags = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    for _ in range(2):
        control.delete_public_access_block(**account)
    assert code_of(control.get_public_access_block, **account) == ("NoSuchPublicAccessBlockConfiguration", 404)
    # It is nobody's but an administrator's.
    key = iam.create_access_key(UserName=users[0][0])["AccessKey"]
    hers = control_client(lab, key["AccessKeyId"], key["SecretAccessKey"])
    for call, more in ((hers.get_public_access_block, {}), (hers.delete_public_access_block, {}), (hers.put_public_access_block, {"PublicAccessBlockConfiguration": flags})):
        assert code_of(call, **account, **more) == ("AccessDenied", 403)
    iam.delete_access_key(UserName=users[0][0], AccessKeyId=key["AccessKeyId"])
    control.put_public_access_block(PublicAccessBlockConfiguration=flags, **account)
    try:
        assert control.get_public_access_block(**account)["PublicAccessBlockConfiguration"] == flags
        bucket = f"blocked-{uuid.uuid4().hex[:8]}"
        assert code_of(ann.create_bucket, Bucket=bucket, ACL="public-read") == ("AccessDenied", 403)
        ann.create_bucket(Bucket=bucket)
        # Whatever the bucket's own block says.
        ann.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(flags, False))
        assert code_of(ann.put_bucket_acl, Bucket=bucket, ACL="public-read") == ("AccessDenied", 403)
        assert code_of(ann.put_bucket_policy, Bucket=bucket, Policy=allow(bucket, "s3:GetObject")) == ("AccessDenied", 403)
    finally:
        control.delete_public_access_block(**account)
    ann.put_bucket_acl(Bucket=bucket, ACL="public-read")


def sts_of(lab, key):
    return client(lab, "sts", key["AccessKeyId"], key["SecretAccessKey"])


def session_client(lab, credentials):
    return boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
                        aws_session_token=credentials["SessionToken"], region_name="us-east-1",
                        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


def test_a_session_has_its_users_rights_and_no_more_than_its_policy(lab, iam):
    name = f"sts-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own, sts = client(lab, "s3", key["AccessKeyId"], key["SecretAccessKey"]), sts_of(lab, key)
    caller = sts.get_caller_identity()
    assert caller["Arn"].endswith(f":user/{name}") and caller["UserId"] == iam.get_user(UserName=name)["User"]["UserId"]
    bucket = f"sts-{uuid.uuid4().hex[:10]}"
    own.create_bucket(Bucket=bucket)
    own.put_object(Bucket=bucket, Key="k", Body=b"x")

    whole = session_client(lab, sts.get_session_token()["Credentials"])
    assert whole.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    whole.put_object(Bucket=bucket, Key="k2", Body=b"y")

    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]})
    answer = sts.assume_role(RoleArn="arn:aws:iam:::role/reader", RoleSessionName="test", Policy=policy, DurationSeconds=900)
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:iam:::role/reader/test"
    narrow = session_client(lab, answer["Credentials"])
    assert narrow.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    url = narrow.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert http.request("GET", url).body == b"x"
    for call, more in ((narrow.put_object, {"Key": "k", "Body": b"z"}), (narrow.delete_object, {"Key": "k"}), (narrow.list_objects_v2, {})):
        assert code_of(call, Bucket=bucket, **more) == ("AccessDenied", 403)
    assert code_of(narrow.list_buckets) == ("AccessDenied", 403)
    # A session gives no more than it has.
    inner = boto3.client("sts", endpoint_url=lab.endpoint, region_name="us-east-1", aws_access_key_id=answer["Credentials"]["AccessKeyId"],
                         aws_secret_access_key=answer["Credentials"]["SecretAccessKey"], aws_session_token=answer["Credentials"]["SessionToken"])
    again = session_client(lab, inner.get_session_token()["Credentials"])
    assert code_of(again.put_object, Bucket=bucket, Key="k", Body=b"z") == ("AccessDenied", 403)


def test_a_forged_token_and_a_gone_user_are_nobody(lab, iam):
    name = f"sts-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    sts = sts_of(lab, key)
    credentials = sts.get_session_token()["Credentials"]
    assert session_client(lab, credentials).list_buckets()["Buckets"] == []
    token = credentials["SessionToken"]
    forged = {**credentials, "SessionToken": token[:-8] + ("AAAAAAA=" if not token.endswith("AAAAAAA=") else "BBBBBBB=")}
    assert code_of(session_client(lab, forged).list_buckets) == ("InvalidTokenId", 403)
    assert code_of(session_client(lab, {**credentials, "SecretAccessKey": "x" * 40}).list_buckets) == ("SignatureDoesNotMatch", 403)
    assert code_of(sts.assume_role, RoleArn="arn:aws:iam:::role/any", RoleSessionName="test", Policy="nonsense") == ("MalformedPolicyDocument", 400)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)
    assert code_of(session_client(lab, credentials).list_buckets) == ("InvalidAccessKeyId", 403)


def policy_of(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource} for effect, action, resource in statements]})


@pytest.fixture
def group(iam):
    name = f"team-{uuid.uuid4().hex[:6]}"
    iam.create_group(GroupName=name)
    return name


def test_groups_are_made_listed_filled_and_removed(iam, users, group):
    ann = users[0][0]
    assert iam.get_group(GroupName=group)["Group"]["Arn"].endswith(f":group/{group}")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=ann)
    assert [user["UserName"] for user in iam.get_group(GroupName=group)["Users"]] == [ann]
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=ann)["Groups"]] == [group]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_group(GroupName=group)
    iam.remove_user_from_group(GroupName=group, UserName=ann)
    iam.delete_group(GroupName=group)
    for call in (iam.get_group, iam.delete_group, iam.list_group_policies):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            call(GroupName=group)


def test_a_groups_policies_are_its_members(iam, users, anns, group):
    bob, s3 = users[1]
    document = policy_of(("Allow", "s3:GetObject", f"arn:aws:s3:::{anns}/*"))
    iam.put_group_policy(GroupName=group, PolicyName="read", PolicyDocument=document)
    assert json.dumps(iam.get_group_policy(GroupName=group, PolicyName="read")["PolicyDocument"]) == document
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == ["read"]
    assert code_of(s3.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)
    iam.add_user_to_group(GroupName=group, UserName=bob)
    assert s3.get_object(Bucket=anns, Key="k")["Body"].read() == b"hers"
    iam.put_user_policy(UserName=bob, PolicyName="no", PolicyDocument=policy_of(("Deny", "s3:GetObject", "*")))
    assert code_of(s3.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)
    iam.delete_user_policy(UserName=bob, PolicyName="no")
    iam.delete_group_policy(GroupName=group, PolicyName="read")
    assert code_of(s3.get_object, Bucket=anns, Key="k") == ("AccessDenied", 403)
    iam.remove_user_from_group(GroupName=group, UserName=bob)


@pytest.mark.parametrize("holder", ["user", "group"])
def test_policies_that_aws_manages_are_attached(iam, users, anns, group, holder):
    bob, s3 = users[1]
    iam.add_user_to_group(GroupName=group, UserName=bob)
    who = {"UserName": bob} if holder == "user" else {"GroupName": group}
    call = {name: getattr(iam, f"{name}_{holder}_policy") for name in ("attach", "detach")}
    attached = getattr(iam, f"list_attached_{holder}_policies")
    read, all_of_it = (f"arn:aws:iam::aws:policy/AmazonS3{name}" for name in ("ReadOnlyAccess", "FullAccess"))
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        call["detach"](PolicyArn=read, **who)
    call["attach"](PolicyArn=read, **who)
    call["attach"](PolicyArn=read, **who)
    assert attached(**who)["AttachedPolicies"] == [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": read}]
    assert getattr(iam, f"list_{holder}_policies")(**who)["PolicyNames"] == []
    s3.get_object(Bucket=anns, Key="k")
    assert code_of(s3.put_object, Bucket=anns, Key="his", Body=b"his") == ("AccessDenied", 403)
    call["attach"](PolicyArn=all_of_it, **who)
    s3.put_object(Bucket=anns, Key="his", Body=b"his")
    for arn in (read, all_of_it):
        call["detach"](PolicyArn=arn, **who)
    assert code_of(s3.get_object, Bucket=anns, Key="k")[1] == 403
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        call["attach"](PolicyArn="arn:aws:iam::aws:policy/NoSuchThing", **who)
    iam.remove_user_from_group(GroupName=group, UserName=bob)


def test_lists_of_people_come_in_pages(iam, users, group):
    names = [user["UserName"] for user in iam.list_users()["Users"]]
    assert len(names) >= 3 and names == sorted(names, key=str.lower)
    pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1})
    assert [user["UserName"] for page in pages for user in page["Users"]] == names
    groups = [each["GroupName"] for each in iam.list_groups()["Groups"]]
    pages = iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [each["GroupName"] for page in pages for each in page["Groups"]] == groups and group in groups
    assert iam.list_users(PathPrefix="/elsewhere/")["Users"] == []


def test_a_denial_holds_for_what_is_about_no_bucket(iam, users):
    bob, s3 = users[1]
    denied = policy_of(("Deny", ["s3:ListAllMyBuckets", "s3:CreateBucket"], "*"))
    iam.put_user_policy(UserName=bob, PolicyName="no", PolicyDocument=denied)
    assert code_of(s3.list_buckets) == ("AccessDenied", 403)
    assert code_of(s3.create_bucket, Bucket=f"no-{uuid.uuid4().hex[:8]}") == ("AccessDenied", 403)
    iam.delete_user_policy(UserName=bob, PolicyName="no")
    s3.list_buckets()


def test_a_policy_may_let_a_user_ask_iam(lab, iam):
    name = f"lead-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = client(lab, "iam", key["AccessKeyId"], key["SecretAccessKey"])
    assert code_of(own.list_user_policies, UserName=name) == ("AccessDenied", 403)
    allowed = policy_of(("Allow", ["iam:GetUserPolicy", "iam:ListUserPolicies", "iam:DeleteUserPolicy"], f"arn:aws:iam:::user/{name}"))
    iam.put_user_policy(UserName=name, PolicyName="ask", PolicyDocument=allowed)
    assert own.list_user_policies(UserName=name)["PolicyNames"] == ["ask"]
    assert code_of(own.list_user_policies, UserName="admin") == ("AccessDenied", 403)
    assert code_of(own.create_user, UserName="somebody") == ("AccessDenied", 403)
    own.delete_user_policy(UserName=name, PolicyName="ask")
    assert code_of(own.list_user_policies, UserName=name) == ("AccessDenied", 403)


def test_policies_that_iam_refuses(iam, users):
    bob = users[1][0]

    def put(document, name="p"):
        return code_of(iam.put_user_policy, UserName=bob, PolicyName=name, PolicyDocument=json.dumps(document))[1]

    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert put({"Version": "2010-10-17", "Statement": [statement]}) == 400
    assert put({"Version": "2012-10-17"}) == 400
    assert put({"Version": "2012-10-17", "Statement": [{**statement, "Sid": "one"}] * 2}) == 400
    assert put({"Version": "2012-10-17", "Statement": [{**statement, "Principal": "*"}]}) == 400
    assert put({"Version": "2012-10-17", "Statement": [statement]}, "p" * 129) == 400
    assert put({"Version": "2012-10-17", "Statement": [statement]}, "arn:aws:iam::aws:policy/Mine") == 400
    for path in ("some/where/", "/some/where", "/some where/"):
        assert code_of(iam.create_user, UserName="pathless", Path=path)[1] == 400


def test_governance_is_bypassed_by_whom_it_is_allowed_to(users):
    (_, ann), (bob, s3) = users
    bucket = f"held-{uuid.uuid4().hex[:10]}"
    ann.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    versions = [ann.put_object(Bucket=bucket, Key="k", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)["VersionId"] for _ in range(2)]
    named = {"Bucket": bucket, "Key": "k", "BypassGovernanceRetention": True}
    many = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "k", "VersionId": versions[1]}]}, "BypassGovernanceRetention": True}
    ann.put_bucket_policy(Bucket=bucket, Policy=allow(bucket, "s3:DeleteObjectVersion", {"AWS": f"arn:aws:iam:::user/{bob}"}))
    assert code_of(s3.delete_object, VersionId=versions[0], **named) == ("AccessDenied", 403)
    assert [error["Code"] for error in s3.delete_objects(**many)["Errors"]] == ["AccessDenied"]
    both = allow(bucket, ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"], {"AWS": f"arn:aws:iam:::user/{bob}"})
    ann.put_bucket_policy(Bucket=bucket, Policy=both)
    s3.delete_object(VersionId=versions[0], **named)
    assert "Errors" not in s3.delete_objects(**many)
