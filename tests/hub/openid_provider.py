"""An OpenID Connect provider as a process of its own: discovery, authorization code flow with PKCE, keys, user info, end of a session.

`python openid_provider.py PORT`. It holds clients to the rules: codes are good once, for their client, address and verifier. Whom its
"log-in page" logs in, and what it does wrong, is said by POST /control with some of {"claims": {...}, "user_info": {...}, "fault": NAME,
"secret": TEXT, "token_ways": [...], "rotate": true}; the answer is what it has seen so far.
"""

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import sys
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

CLIENT = "lab"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number, length):
    return encode(number.to_bytes(length, "big"))


class Keys:
    def __init__(self):
        self.rsa, self.curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        self.name = secrets.token_hex(4)

    def public(self):
        numbers, point = self.rsa.public_key().public_numbers(), self.curve.public_key().public_numbers()
        return [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": f"rsa-{self.name}", "n": encode_number(numbers.n, 256), "e": encode_number(numbers.e, 3)},
                {"kty": "EC", "use": "sig", "alg": "ES256", "kid": f"ec-{self.name}", "crv": "P-256", "x": encode_number(point.x, 32), "y": encode_number(point.y, 32)}]

    def sign(self, claims, algorithm, secret):
        kid = f"ec-{self.name}" if algorithm == "ES256" else f"rsa-{self.name}"
        signed = ".".join(encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": algorithm, "kid": kid}, claims))
        if algorithm == "none":
            signature = b""
        elif algorithm == "HS256":
            signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        elif algorithm == "ES256":
            first, second = utils.decode_dss_signature(self.curve.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            signature = first.to_bytes(32, "big") + second.to_bytes(32, "big")
        else:
            signature = self.rsa.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"


class State:
    issuer = ""
    keys, foreign = Keys(), Keys()
    codes: dict = {}
    access: dict = {}
    seen = {"authorize": [], "token": [], "keys": 0}
    settings = {"claims": {"sub": "1", "preferred_username": "ann"}, "user_info": {}, "fault": "", "secret": "", "algorithm": "RS256",
                "token_ways": ["client_secret_basic", "client_secret_post", "none"], "discovery": {}}


# What a provider, or somebody in its place, may get wrong in an ID token: changes of its claims, and how it is signed.
FAULTS = {
    "nonce": lambda claims: claims | {"nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "audience": lambda claims: claims | {"aud": "another"},
    "party": lambda claims: claims | {"azp": "another"},
    "audiences": lambda claims: claims | {"aud": [CLIENT, "another"]},
    "issuer": lambda claims: claims | {"iss": "https://elsewhere.example"},
    "expired": lambda claims: claims | {"exp": int(time.time()) - 120},
    "early": lambda claims: claims | {"iat": int(time.time()) + 600, "exp": int(time.time()) + 1200},
    "not before": lambda claims: claims | {"nbf": int(time.time()) + 600},
    "no iat": lambda claims: {name: value for name, value in claims.items() if name != "iat"},
}


class Provider(http.server.BaseHTTPRequestHandler):
    def answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, raw = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(raw))
        path = path.removeprefix("/realms/lab")
        if path == "/.well-known/openid-configuration":
            issuer = State.issuer
            self.answer({"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys",
                         "userinfo_endpoint": f"{issuer}/userinfo", "end_session_endpoint": f"{issuer}/logout", "response_types_supported": ["code"],
                         "token_endpoint_auth_methods_supported": State.settings["token_ways"]} | State.settings["discovery"])
        elif path == "/keys":
            State.seen["keys"] += 1
            self.answer({"keys": State.keys.public()})
        elif path == "/authorize":
            State.seen["authorize"].append(query)
            assert query["client_id"] == CLIENT and query["response_type"] == "code" and query["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            State.codes[code] = query
            back = {"state": query["state"]} | ({"error": "access_denied", "error_description": "not you"} if State.settings["fault"] == "denied" else {"code": code})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{urllib.parse.urlencode(back)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/userinfo":
            claims = State.access[self.headers["Authorization"].removeprefix("Bearer ")]
            self.answer({"sub": claims["sub"]} | State.settings["user_info"])
        else:
            self.answer({"error": "not_found"}, 404)

    def token(self, form):
        secret = State.settings["secret"]
        given = form.get("client_secret", "")
        client = form.get("client_id", "")
        way = "client_secret_post" if given else "none"
        if (header := self.headers.get("Authorization", "")).startswith("Basic "):
            client, given = (urllib.parse.unquote_plus(part) for part in base64.b64decode(header[6:]).decode().split(":", 1))
            way = "client_secret_basic"
        State.seen["token"].append(way)
        if client != CLIENT or given != secret or way not in State.settings["token_ways"]:
            return self.answer({"error": "invalid_client"}, 401)
        asked = State.codes.pop(form.get("code"), None)
        verifier = form.get("code_verifier", "")
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or encode(hashlib.sha256(verifier.encode()).digest()) != asked["code_challenge"]:
            return self.answer({"error": "invalid_grant", "error_description": "code or verifier"}, 400)
        now, fault, algorithm = int(time.time()), State.settings["fault"], State.settings["algorithm"]
        claims = {"iss": State.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **State.settings["claims"]}
        access = secrets.token_urlsafe(16)
        State.access[access] = claims
        claims = FAULTS.get(fault, dict)(claims)
        keys = State.foreign if fault == "foreign" else State.keys
        # Who signs with what everybody knows: the client's secret, or the public key taken for one.
        known = secret.encode() or json.dumps(State.keys.public()[0]).encode()
        text = keys.sign(claims, {"none": "none", "HS256": "HS256"}.get(fault, algorithm), known)
        self.answer({"access_token": access, "token_type": "Bearer"} | ({} if fault == "no ID token" else {"id_token": text}))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control":
            wish = json.loads(body)
            if wish.pop("rotate", False):
                State.keys = Keys()
            State.settings.update(wish)
            self.answer(State.seen)
        elif self.path == "/realms/lab/token":
            self.token(dict(urllib.parse.parse_qsl(body)))
        else:
            self.answer({"error": "not_found"}, 404)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1])
    State.issuer = f"http://127.0.0.1:{port}/realms/lab"
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Provider).serve_forever()
