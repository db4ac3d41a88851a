"""IAM's users, groups, roles and identity providers as boto3 asks for them, and the sessions of roles that STS gives."""

import json
import uuid

import boto3
import pytest
from botocore.config import Config
from test_s3_objects import code_of


def client(lab, service, access_key, secret_key, token=None, signature=None):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, signature_version=signature)
    return boto3.client(service, endpoint_url=lab.endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key, aws_session_token=token,
                        region_name="us-east-1", config=config)


def policy(action, resource="*", effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource}]})


def trust(principal, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}]})


@pytest.fixture(scope="module")
def iam(lab):
    return client(lab, "iam", "admin", "admin123")


@pytest.fixture
def path():
    """A path of one test's own."""
    return f"/{uuid.uuid4().hex[:8]}/"


@pytest.fixture
def member(lab, iam):
    """A user with a key: its description, and how to get a client of it."""
    name = f"member-{uuid.uuid4().hex[:6]}"
    user = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return user, lambda service: client(lab, service, key["AccessKeyId"], key["SecretAccessKey"])


def names_in(iam, operation, kind, path, **more):
    pages = iam.get_paginator(operation).paginate(PathPrefix=path, **more)
    return [each[kind + "Name"] for page in pages for each in page[kind + "s"]]


MAKERS = {
    "User": lambda iam, name, path: iam.create_user(UserName=name, Path=path)["User"],
    "Group": lambda iam, name, path: iam.create_group(GroupName=name, Path=path)["Group"],
    "Role": lambda iam, name, path: iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust("*"))["Role"],
}


def get(iam, kind, name):
    return getattr(iam, f"get_{kind.lower()}")(**{kind + "Name": name})[kind]


@pytest.mark.parametrize("kind", MAKERS)
def test_names_have_paths_and_are_found_whatever_their_case(iam, path, kind):
    name = f"Mixed-{uuid.uuid4().hex[:6]}"
    made = MAKERS[kind](iam, name, path)
    assert made["Path"] == path and made["Arn"] == f"arn:aws:iam:::{kind.lower()}{path}{name}"
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        MAKERS[kind](iam, name.lower(), "/")
    found = get(iam, kind, name.upper())
    assert (found["Arn"], found[kind + "Id"], found["CreateDate"]) == (made["Arn"], made[kind + "Id"], made["CreateDate"])
    getattr(iam, f"delete_{kind.lower()}")(**{kind + "Name": name.lower()})
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        get(iam, kind, name)
    assert MAKERS[kind](iam, name, path)[kind + "Id"] != made[kind + "Id"]


@pytest.mark.parametrize("kind", MAKERS)
def test_lists_are_of_a_path_and_in_the_order_of_names(iam, path, kind):
    ending = uuid.uuid4().hex[:6]
    names = [f"{head}-{ending}" for head in ("aa", "Ab", "ac", "Ad")]
    for name, folder in zip(names, ("z/", "y/", "y/a/", "")):
        MAKERS[kind](iam, name, path + folder)
    operation = f"list_{kind.lower()}s"
    assert names_in(iam, operation, kind, path) == names
    assert names_in(iam, operation, kind, path, PaginationConfig={"PageSize": 1}) == names
    assert names_in(iam, operation, kind, path + "y") == names[1:3]
    assert names_in(iam, operation, kind, path + "none/") == []


def test_a_user_gets_another_name_and_path(lab, iam, path, member):
    user, client_of = member
    old, new = user["UserName"], f"renamed-{uuid.uuid4().hex[:6]}"
    iam.put_user_policy(UserName=old, PolicyName="no", PolicyDocument=policy("s3:ListAllMyBuckets", effect="Deny"))
    iam.update_user(UserName=old, NewUserName=new, NewPath=path)
    found = iam.get_user(UserName=new)["User"]
    assert found["UserId"] == user["UserId"] and found["Arn"].endswith(f":user{path}{new}")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName=old)
    # Keys and policies go with it.
    assert client_of("sts").get_caller_identity()["Arn"].endswith(new)
    assert code_of(client_of("s3").list_buckets) == ("AccessDenied", 403)
    iam.delete_user_policy(UserName=new, PolicyName="no")
    assert client_of("s3").list_buckets()["Buckets"] == []
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.update_user(UserName=new, NewUserName="admin")
    # Who owns a bucket keeps its name.
    client_of("s3").create_bucket(Bucket=f"owned-{uuid.uuid4().hex[:8]}")
    assert code_of(iam.update_user, UserName=new, NewUserName=old) == ("EntityTemporarilyUnmodifiable", 409)


def test_a_group_gets_another_name_and_path(iam, path, member):
    user = member[0]["UserName"]
    old, new = (f"group-{uuid.uuid4().hex[:6]}" for _ in range(2))
    made = iam.create_group(GroupName=old, Path=path)["Group"]
    iam.add_user_to_group(GroupName=old, UserName=user)
    iam.put_group_policy(GroupName=old, PolicyName="p", PolicyDocument=policy("s3:GetObject"))
    iam.update_group(GroupName=old, NewGroupName=new, NewPath=path + "new/")
    group = iam.get_group(GroupName=new)
    assert group["Group"]["GroupId"] == made["GroupId"] and group["Group"]["Arn"].endswith(f":group{path}new/{new}")
    assert [each["UserName"] for each in group["Users"]] == [user]
    assert iam.list_group_policies(GroupName=new)["PolicyNames"] == ["p"]
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=user)["Groups"]] == [new]


def test_a_key_opens_nothing_while_it_is_inactive(iam, member):
    user, client_of = member
    name = user["UserName"]
    (key,) = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert key["Status"] == "Active" and key["CreateDate"]
    s3 = client_of("s3")
    s3.list_buckets()
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert iam.list_access_keys(UserName=name)["AccessKeyMetadata"] == [{**key, "Status": "Inactive"}]
    assert code_of(s3.list_buckets) == ("InvalidAccessKeyId", 403)
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Active")
    s3.list_buckets()
    for who in ({"UserName": name}, {"UserName": "no-such-user"}):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            iam.update_access_key(AccessKeyId="LABNOSUCHKEY00000000", Status="Active", **who)
    assert code_of(iam.update_access_key, UserName=name, AccessKeyId=key["AccessKeyId"], Status="Asleep")[1] == 400


def test_names_paths_and_key_states_outlive_a_restart(own_lab):
    own_lab.start()
    iam = client(own_lab, "iam", "admin", "admin123")
    iam.create_user(UserName="first", Path="/p/")
    iam.update_user(UserName="first", NewUserName="second")
    key = iam.create_access_key(UserName="second")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="second", AccessKeyId=key, Status="Inactive")
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument=trust("*"))
    own_lab.stop()
    own_lab.start()
    iam = client(own_lab, "iam", "admin", "admin123")
    assert iam.get_user(UserName="second")["User"]["Path"] == "/p/"
    assert [each["Status"] for each in iam.list_access_keys(UserName="second")["AccessKeyMetadata"]] == ["Inactive"]
    assert iam.get_role(RoleName="kept")["Role"]["Path"] == "/"


def test_a_role_is_made_shown_changed_and_removed(iam, path):
    name = f"role-{uuid.uuid4().hex[:6]}"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)
    document = trust("arn:aws:iam:::user/somebody")
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document, Description="reads", MaxSessionDuration=7200)
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Description"], role["MaxSessionDuration"], json.dumps(role["AssumeRolePolicyDocument"])) == ("reads", 7200, document)
    iam.update_role(RoleName=name, Description="writes", MaxSessionDuration=43200)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust("*"))
    changed = iam.get_role(RoleName=name)["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"], changed["RoleId"]) == ("writes", 43200, role["RoleId"])
    assert json.dumps(changed["AssumeRolePolicyDocument"]) == trust("*")

    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy("s3:GetObject"))
    assert json.dumps(iam.get_role_policy(RoleName=name, PolicyName="own")["PolicyDocument"]) == policy("s3:GetObject")
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["own"]
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": arn}]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for call in (lambda: iam.get_role_policy(RoleName=name, PolicyName="own"), lambda: iam.detach_role_policy(RoleName=name, PolicyArn=arn)):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            call()
    iam.delete_role(RoleName=name)

    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy("sts:AssumeRole"))
    assert code_of(iam.create_role, RoleName=name, AssumeRolePolicyDocument=document, MaxSessionDuration=43201)[1] == 400
    assert code_of(iam.create_role, RoleName=name, AssumeRolePolicyDocument=document, Tags=[{"Key": "k", "Value": "v"}])[1] == 501


@pytest.fixture
def role(iam, member):
    """A role that the member may assume, without any policy of its own."""
    return iam.create_role(RoleName=f"role-{uuid.uuid4().hex[:6]}", AssumeRolePolicyDocument=trust(member[0]["Arn"]))["Role"]


def assumed(lab, answer, service="s3"):
    credentials = answer["Credentials"]
    return client(lab, service, credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def test_a_session_of_a_role_has_the_roles_rights_alone(lab, iam, s3, member, role):
    own = member[1]("s3")
    mine, others = (f"role-{uuid.uuid4().hex[:8]}" for _ in range(2))
    own.create_bucket(Bucket=mine)
    s3.create_bucket(Bucket=others)
    s3.put_object(Bucket=others, Key="k", Body=b"x")
    answer = member[1]("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="job")
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts:::assumed-role/{role['RoleName']}/job"
    session = assumed(lab, answer)
    identity = assumed(lab, answer, "sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (answer["AssumedRoleUser"]["Arn"], f"{role['RoleId']}:job")
    # Nothing is allowed yet, not even what the member itself may.
    for call, more in ((session.list_buckets, {}), (session.list_objects_v2, {"Bucket": mine}), (session.create_bucket, {"Bucket": f"no-{uuid.uuid4().hex[:8]}"})):
        assert code_of(call, **more) == ("AccessDenied", 403)
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="read", PolicyDocument=policy(["s3:GetObject", "s3:CreateBucket"]))
    assert session.get_object(Bucket=others, Key="k")["Body"].read() == b"x"
    assert code_of(session.put_object, Bucket=others, Key="k", Body=b"y") == ("AccessDenied", 403)
    # What the session makes is whose it is who assumed the role.
    made = f"made-{uuid.uuid4().hex[:8]}"
    session.create_bucket(Bucket=made)
    assert own.get_bucket_acl(Bucket=made)["Owner"]["ID"] == member[0]["UserName"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="no", PolicyDocument=policy("s3:*", effect="Deny"))
    assert code_of(session.get_object, Bucket=others, Key="k") == ("AccessDenied", 403)
    # A role that is made again is another one.
    for name in ("read", "no"):
        iam.delete_role_policy(RoleName=role["RoleName"], PolicyName=name)
    iam.delete_role(RoleName=role["RoleName"])
    iam.create_role(RoleName=role["RoleName"], AssumeRolePolicyDocument=trust("*"))
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="all", PolicyDocument=policy("s3:*"))
    assert code_of(session.get_object, Bucket=others, Key="k") == ("AccessDenied", 403)


def test_an_administrator_is_none_in_a_role(lab, iam, s3):
    name = f"role-{uuid.uuid4().hex[:6]}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("arn:aws:iam::000000000000:root"))["Role"]["Arn"]
    answer = client(lab, "sts", "admin", "admin123").assume_role(RoleArn=arn, RoleSessionName="job")
    assert code_of(assumed(lab, answer).list_buckets) == ("AccessDenied", 403)
    assert code_of(assumed(lab, answer, "iam").get_role, RoleName=name) == ("AccessDenied", 403)
    iam.put_role_policy(RoleName=name, PolicyName="look", PolicyDocument=policy("iam:GetRole"))
    assert assumed(lab, answer, "iam").get_role(RoleName=name)["Role"]["Arn"] == arn
    assert code_of(assumed(lab, answer, "iam").list_roles) == ("AccessDenied", 403)


def test_a_role_says_who_may_assume_it_and_for_how_long(lab, iam, member, role):
    sts = member[1]("sts")
    assert code_of(client(lab, "sts", "admin", "admin123").assume_role, RoleArn=role["Arn"], RoleSessionName="job") == ("AccessDenied", 403)
    assert code_of(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="job", DurationSeconds=7200)[1] == 400
    iam.update_role(RoleName=role["RoleName"], MaxSessionDuration=7200)
    sts.assume_role(RoleArn=role["Arn"], RoleSessionName="job", DurationSeconds=7200)
    with_id = trust(member[0]["Arn"], Condition={"StringEquals": {"sts:ExternalId": "42"}})
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=with_id)
    assert code_of(sts.assume_role, RoleArn=role["Arn"], RoleSessionName="job") == ("AccessDenied", 403)
    sts.assume_role(RoleArn=role["Arn"], RoleSessionName="job", ExternalId="42")


def test_a_buckets_policy_names_a_role(lab, s3, member, role):
    bucket = f"role-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    session = assumed(lab, member[1]("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="job"))
    assert code_of(session.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)
    statement = {"Effect": "Allow", "Principal": {"AWS": role["Arn"]}, "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert session.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    # The role was named, not who assumed it.
    assert code_of(member[1]("s3").list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)


def test_identity_providers_are_made_shown_changed_and_removed(iam):
    host = f"{uuid.uuid4().hex[:8]}.example.com"
    first, second = "a" * 40, "b" * 40
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=["one"], ThumbprintList=[first])["OpenIDConnectProviderArn"]
    assert arn.endswith(f":oidc-provider/{host}")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_open_id_connect_provider(Url=f"https://{host}", ThumbprintList=[first])
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    for client_id in ("two", "two"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["one", "two"]
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="one")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=[second])
    shown = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (shown["ClientIDList"], shown["ThumbprintList"]) == (["two"], [second]) and shown["Url"].endswith(host)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    for call in (iam.get_open_id_connect_provider, iam.delete_open_id_connect_provider):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            call(OpenIDConnectProviderArn=arn)


def test_an_account_is_summed_up(lab, iam, member):
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["Users"] == len([user for page in iam.get_paginator("list_users").paginate() for user in page["Users"]])
    assert {"Groups", "Roles", "UsersQuota", "GroupsQuota", "AccessKeysPerUserQuota"} <= summary.keys()
    own = member[1]("iam")
    assert code_of(own.get_account_summary) == ("AccessDenied", 403)
    iam.put_user_policy(UserName=member[0]["UserName"], PolicyName="look", PolicyDocument=policy("iam:GetAccountSummary"))
    assert own.get_account_summary()["SummaryMap"]["Users"] >= summary["Users"]


def test_buckets_are_asked_for_with_the_second_signature(lab):
    s3 = client(lab, "s3", "admin", "admin123", signature="s3")
    bucket = f"second-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    assert [each["Key"] for each in s3.list_objects(Bucket=bucket)["Contents"]] == ["a b"]
    s3.get_bucket_acl(Bucket=bucket)

    def before_time(params, **_):
        params["headers"]["x-amz-date"] = "Tue, 07 Jul 1950 21:53:04 GMT"

    s3.meta.events.register("before-call.s3.ListObjects", before_time)
    assert code_of(s3.list_objects, Bucket=bucket) == ("AccessDenied", 403)
