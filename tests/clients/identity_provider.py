"""A provider of OpenID Connect as a process of its own: its discovery document, its public keys, and tokens for whoever asks.

`python identity_provider.py PORT`. POST /token takes {"claims": {...}, "algorithm": "RS256" | "ES256", "foreign": true | false} and answers the
signed token; a foreign one is signed (by ES256) with a key that nobody is told of. POST /rotate makes a new key for ES256: one for RS256 takes seconds.
"""

import base64
import hashlib
import http.server
import json
import sys
import time

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, pkcs1_15


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number, length=None):
    return encode(int(number).to_bytes(length or (int(number).bit_length() + 7) // 8, "big"))


RSA_KEY = RSA.generate(2048)


class Keys:
    def __init__(self):
        self.rsa, self.curve = RSA_KEY, ECC.generate(curve="P-256")
        self.id = hashlib.sha256(self.curve.public_key().export_key(format="DER")).hexdigest()[:12]

    def public(self):
        point = self.curve.pointQ
        return [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": encode_number(self.rsa.n), "e": encode_number(self.rsa.e)},
                {"kty": "EC", "use": "sig", "alg": "ES256", "kid": self.id, "crv": "P-256", "x": encode_number(point.x, 32), "y": encode_number(point.y, 32)}]

    def sign(self, claims, algorithm):
        head = {"typ": "JWT", "alg": algorithm, "kid": "rsa" if algorithm == "RS256" else self.id}
        signed = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
        digest = SHA256.new(signed.encode())
        signature = pkcs1_15.new(self.rsa).sign(digest) if algorithm == "RS256" else DSS.new(self.curve, "fips-186-3").sign(digest)
        return f"{signed}.{encode(signature)}"


class Provider(http.server.BaseHTTPRequestHandler):
    issuer = ""
    keys = Keys()
    foreign = Keys()

    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.endswith("/.well-known/openid-configuration"):
            self.answer({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", "id_token_signing_alg_values_supported": ["RS256", "ES256"]})
        elif self.path.endswith("/keys"):
            self.answer({"keys": Provider.keys.public()})
        else:
            self.send_error(404)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path == "/rotate":
            Provider.keys = Keys()
            self.answer({})
            return
        claims = {"iss": self.issuer, "exp": int(time.time()) + 600, "iat": int(time.time()), **asked["claims"]}
        keys = Provider.foreign if asked.get("foreign") else Provider.keys
        self.answer({"token": keys.sign(claims, "ES256" if asked.get("foreign") else asked.get("algorithm", "RS256"))})

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1])
    Provider.issuer = f"http://127.0.0.1:{port}/realms/lab"
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Provider).serve_forever()
