"""AssumeRoleWithWebIdentity: who comes with a token of an identity provider becomes a role that trusts it."""

import json
import pathlib
import subprocess
import sys
import time
import urllib.request
import uuid

import boto3
import lab as lab_module
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from test_s3_iam import client, policy
from test_s3_objects import code_of

# What the provider signs with stands in that environment only.
pytestmark = pytest.mark.only("spark42")


class RunningProvider:
    def __init__(self):
        self.port = lab_module.free_port()
        self.issuer = f"http://127.0.0.1:{self.port}/realms/lab"
        self.name = self.issuer.removeprefix("http://")
        self.process = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("identity_provider.py")), str(self.port)])
        # Making its keys takes seconds on a busy machine.
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.issuer}/keys", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the identity provider did not start")

    def post(self, path, **content):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(content).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def token(self, claims=None, **more):
        return self.post("/token", claims={"sub": "ann@example.org", "aud": "lab", **(claims or {})}, **more)["token"]


@pytest.fixture(scope="module")
def provider():
    running = RunningProvider()
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture(scope="module")
def iam(lab, provider):
    iam = client(lab, "iam", "admin", "admin123")
    arn = iam.create_open_id_connect_provider(Url=provider.issuer, ClientIDList=["lab", "other"], ThumbprintList=["0" * 40])["OpenIDConnectProviderArn"]
    yield iam
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@pytest.fixture
def role(iam, provider):
    """Makes a role that trusts the provider under some conditions."""
    made = []

    def make(condition=None, name=None):
        name = name or f"web-{uuid.uuid4().hex[:8]}"
        statement = {"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam:::oidc-provider/{provider.name}"}, "Action": "sts:AssumeRoleWithWebIdentity"}
        if condition:
            statement["Condition"] = condition
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))["Role"]["Arn"]
        made.append(name)
        return name, arn

    yield make
    for name in made:
        for each in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=each)
        iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def sts(lab, iam):
    """Of somebody who has no key."""
    return boto3.client("sts", endpoint_url=lab.endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED, retries={"max_attempts": 1}))


def assume(sts, arn, token, **more):
    return sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="job", WebIdentityToken=token, **more)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_of_a_known_provider_gives_the_roles_rights(lab, iam, sts, provider, role, algorithm):
    name, arn = role({"StringEquals": {f"{provider.name}:aud": "lab", f"{provider.name}:sub": "ann@example.org"}})
    answer = assume(sts, arn, provider.token(algorithm=algorithm))
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == ("ann@example.org", "lab")
    assert answer["Provider"].endswith(f":oidc-provider/{provider.name}")
    assert answer["AssumedRoleUser"]["Arn"].endswith(f":assumed-role/{name}/job")
    keys = answer["Credentials"]
    s3 = client(lab, "s3", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    bucket = f"web-{uuid.uuid4().hex[:10]}"
    admin = client(lab, "s3", "admin", "admin123")
    admin.create_bucket(Bucket=bucket)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"1") == ("AccessDenied", 403)
    iam.put_role_policy(RoleName=name, PolicyName="writes", PolicyDocument=policy(["s3:PutObject", "s3:GetObject"], f"arn:aws:s3:::{bucket}/*"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    assert code_of(s3.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)
    signed = client(lab, "sts", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert signed.get_caller_identity()["Arn"].endswith(f":assumed-role/{name}/job")


def test_a_role_asks_for_claims(sts, provider, role):
    _, arn = role({"StringEquals": {f"{provider.name}:sub": "ann@example.org"}, "ForAnyValue:StringLike": {f"{provider.name}:groups": "data-*"}})
    assert code_of(assume, sts, arn, provider.token()) == ("AccessDenied", 403)
    assert code_of(assume, sts, arn, provider.token({"groups": ["sales"]})) == ("AccessDenied", 403)
    assert code_of(assume, sts, arn, provider.token({"groups": ["data-eu"], "sub": "bob@example.org"})) == ("AccessDenied", 403)
    assume(sts, arn, provider.token({"groups": ["sales", "data-eu"]}))


def test_a_role_that_trusts_others_is_not_given(iam, sts, provider, role):
    name, arn = role()
    assume(sts, arn, provider.token())
    for principal in ({"Federated": "arn:aws:iam:::oidc-provider/accounts.example.org"}, {"AWS": "*"}):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}]}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))
        assert code_of(assume, sts, arn, provider.token()) == ("AccessDenied", 403)
    assert code_of(assume, sts, "arn:aws:iam:::role/nobody-made-it", provider.token()) == ("AccessDenied", 403)


def test_tokens_that_prove_nothing_are_refused(sts, provider, role):
    _, arn = role()
    genuine = provider.token()
    head, body, signature = genuine.split(".")
    changed = f"{head}.{provider.token({'sub': 'root'}).split('.')[1]}.{signature}"
    for token in (provider.token(foreign=True), changed, f"{head}.{body}.", "no.token", "x" * 10, provider.token({"aud": "unknown"}),
                  provider.token({"iss": "http://127.0.0.1:1/elsewhere"}), provider.token({"nbf": int(time.time()) + 3600})):
        assert code_of(assume, sts, arn, token) == ("InvalidIdentityToken", 400), token
    assert code_of(assume, sts, arn, provider.token({"exp": int(time.time()) - 5})) == ("ExpiredTokenException", 400)
    assert code_of(assume, sts, arn, genuine, DurationSeconds=7200) == ("ValidationError", 400)


def test_a_session_ends_with_its_role(lab, iam, sts, provider, role):
    name, arn = role()
    iam.put_role_policy(RoleName=name, PolicyName="lists", PolicyDocument=policy("s3:ListAllMyBuckets"))
    keys = assume(sts, arn, provider.token())["Credentials"]
    s3 = client(lab, "s3", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    s3.list_buckets()
    iam.delete_role_policy(RoleName=name, PolicyName="lists")
    assert code_of(s3.list_buckets) == ("AccessDenied", 403)


def test_new_keys_of_a_provider_are_found(sts, provider, role):
    _, arn = role()
    assume(sts, arn, provider.token(algorithm="ES256"))
    provider.post("/rotate")
    # Keys that were just asked for are not asked for again at once.
    deadline = time.monotonic() + 20
    while True:
        try:
            assume(sts, arn, provider.token(algorithm="ES256"))
            break
        except sts.exceptions.InvalidIdentityTokenException:
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_nothing_else_of_iam_goes_without_a_signature(lab, sts):
    assert code_of(sts.get_caller_identity) == ("AccessDenied", 403)
    assert code_of(sts.get_session_token) == ("AccessDenied", 403)
    assert code_of(sts.assume_role, RoleArn="arn:aws:iam:::role/x", RoleSessionName="job") == ("AccessDenied", 403)
