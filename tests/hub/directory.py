"""A real directory (OpenLDAP's slapd) as a process of its own, with a certificate that is made here."""

from __future__ import annotations

import datetime
import ipaddress
import pathlib
import shutil
import socket
import subprocess
import time

import lab as lab_module
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SUFFIX = "dc=example,dc=org"
SEARCHER, SEARCHER_PASSWORD = f"cn=searcher,{SUFFIX}", "search & find"
SLAPD = shutil.which("slapd") or "/usr/sbin/slapd"

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
TLSCACertificateFile {folder}/authority.pem
{more}
database mdb
suffix "{suffix}"
rootdn "cn=root,{suffix}"
rootpw root
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{searcher}" read by self read by * none
"""

PEOPLE = """\
dn: {suffix}
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: ou=people,{suffix}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{suffix}
objectClass: organizationalUnit
ou: groups

dn: {searcher}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: searcher
userPassword: {searcher_password}

dn: uid=ann,ou=people,{suffix}
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: Ann
userPassword: correct horse

dn: uid=ben,ou=people,{suffix}
objectClass: inetOrgPerson
uid: ben
cn: Ben
sn: Ben
userPassword: other horse

dn: uid=admin,ou=people,{suffix}
objectClass: inetOrgPerson
uid: admin
cn: Not the lab's
sn: Admin
userPassword: directory horse

dn: cn=twin,ou=people,{suffix}
objectClass: inetOrgPerson
uid: twin
cn: twin
sn: Twin
userPassword: twin horse

dn: cn=other twin,ou=people,{suffix}
objectClass: inetOrgPerson
uid: twin
cn: other twin
sn: Twin
userPassword: twin horse

dn: cn=students,ou=groups,{suffix}
objectClass: groupOfNames
cn: students
member: uid=ann,ou=people,{suffix}
member: uid=admin,ou=people,{suffix}

dn: cn=staff,ou=groups,{suffix}
objectClass: groupOfNames
cn: staff
member: uid=ben,ou=people,{suffix}
"""


def write_certificates(folder: pathlib.Path) -> None:
    """An authority, and the directory's certificate for 127.0.0.1: the library takes the name localhost for the machine's own."""
    now = datetime.datetime.now(datetime.timezone.utc)
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("authority", "server")}
    names = {name: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in keys}
    for name, key in keys.items():
        made = (x509.CertificateBuilder().subject_name(names[name]).issuer_name(names["authority"]).public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
                .add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True))
        if name == "server":
            made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        (folder / f"{name}.pem").write_bytes(made.sign(keys["authority"], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


class Directory:
    def __init__(self, folder: pathlib.Path, needs_tls: bool = True):
        self.folder, self.port, self.secure_port = folder, lab_module.free_port(), lab_module.free_port()
        (folder / "data").mkdir()
        write_certificates(folder)
        configuration = folder / "slapd.conf"
        # What is asked in the open is refused, so that a test sees whether StartTLS is there.
        configuration.write_text(CONFIGURATION.format(folder=folder, suffix=SUFFIX, searcher=SEARCHER, more="security simple_bind=128" if needs_tls else ""))
        people = folder / "people.ldif"
        people.write_text(PEOPLE.format(suffix=SUFFIX, searcher=SEARCHER, searcher_password=SEARCHER_PASSWORD))
        subprocess.run([SLAPD, "-T", "add", "-f", str(configuration), "-l", str(people)], check=True, capture_output=True, timeout=60)
        self.command = [SLAPD, "-d", "0", "-f", str(configuration), "-h", f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.secure_port}"]
        self.process = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.secure_port}"

    @property
    def settings(self) -> dict:
        return {"hub.ldap.url": self.url, "hub.ldap.certificates": self.folder / "authority.pem", "hub.ldap.base": f"ou=people,{SUFFIX}", "hub.ldap.bind_dn": SEARCHER,
                "hub.ldap.bind_password": SEARCHER_PASSWORD, "hub.ldap.group_base": f"ou=groups,{SUFFIX}"}
