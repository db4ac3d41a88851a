"""Websites out of buckets: what a browser sees at `BUCKET.s3-website.localhost`."""

import json
import uuid

import botocore.exceptions
import pytest
import requests_free as http


def code_of(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def site(s3):
    """A bucket that everybody may read and list."""
    name = f"site-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    statement = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    for key in ("index.html", "docs/index.html", "error.html"):
        s3.put_object(Bucket=name, Key=key, Body=key.encode(), ContentType="text/html")
    return name


@pytest.fixture
def browse(lab, site):
    return lambda path, method="GET": http.request(method, lab.endpoint + path, headers={"Host": f"{site}.s3-website.localhost:{lab.objects_port}"})


SIMPLE = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}


def test_a_website_is_put_shown_and_taken_away(s3, site, browse):
    assert code_of(s3.get_bucket_website, Bucket=site) == ("NoSuchWebsiteConfiguration", 404)
    assert browse("/").status == 404
    rules = [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "302"}}]
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration={**SIMPLE, "RoutingRules": rules})
    shown = s3.get_bucket_website(Bucket=site)
    assert {name: shown[name] for name in SIMPLE} == SIMPLE and shown["RoutingRules"] == rules
    assert browse("/").status == 200
    s3.delete_bucket_website(Bucket=site)
    assert browse("/").status == 404


def test_folders_have_an_index_and_errors_a_page(s3, site, browse):
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration=SIMPLE)
    for path in ("/", "/docs/"):
        page = browse(path)
        assert (page.status, page.body, page.headers["content-type"]) == (200, f"{path[1:]}index.html".encode(), "text/html")
    assert (browse("/docs").status, browse("/docs").headers["location"]) == (302, "/docs/")
    assert (browse("/absent").status, browse("/absent").body) == (404, b"error.html")
    assert browse("/", "HEAD").status == 200
    assert browse("/", "PUT").status == 405
    # The bucket itself is asked elsewhere, and with a signature.
    assert b"<ListBucketResult" not in browse("/?list-type=2").body


def test_a_website_shows_what_everybody_may_read(s3, site, browse):
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.delete_bucket_policy(Bucket=site)
    refused = browse("/")
    assert refused.status == 403 and b"AccessDenied" in refused.body and refused.headers["content-type"].startswith("text/html")


def test_redirects_go_where_the_rules_say(s3, lab, site, browse):
    rules = [
        {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "302"}},
        {"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"HostName": "example.com", "Protocol": "https", "ReplaceKeyWith": "gone"}},
    ]
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration={**SIMPLE, "RoutingRules": rules})
    moved = browse("/old/a%20b")
    assert (moved.status, moved.headers["location"]) == (302, f"http://{site}.s3-website.localhost:{lab.objects_port}/new/a%20b")
    gone = browse("/absent")
    assert (gone.status, gone.headers["location"]) == (301, "https://example.com/gone")
    s3.put_object(Bucket=site, Key="moved", Body=b"", WebsiteRedirectLocation="/docs/")
    assert (browse("/moved").status, browse("/moved").headers["location"]) == (301, "/docs/")
    s3.put_bucket_website(Bucket=site, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com"}})
    assert browse("/any").headers["location"] == "http://example.com/any"


def test_websites_that_are_refused(s3, site):
    def put(**configuration):
        return code_of(s3.put_bucket_website, Bucket=site, WebsiteConfiguration=configuration)[1]

    assert put(ErrorDocument={"Key": "e"}) == 400
    assert put(IndexDocument={"Suffix": "a/b"}) == 400
    assert put(RedirectAllRequestsTo={"HostName": "h"}, IndexDocument={"Suffix": "i"}) == 400
    assert put(**SIMPLE, RoutingRules=[{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]) == 400
    assert put(**SIMPLE, RoutingRules=[{"Redirect": {"HostName": "h", "HttpRedirectCode": "200"}}]) == 400
