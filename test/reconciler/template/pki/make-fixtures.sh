#!/bin/sh
# Makes the keys, certificates and stores in fixtures/ anew, with OpenSSL 3 and its legacy provider. They are for tests alone; the
# corpus compares what Go and ours say about them, so that other ones serve as well. The rfc9579-*.b64 are from that RFC's appendix.
set -eu
cd "$(dirname "$0")/fixtures"
rm -f ./*.pem ./*.p12 ./*.bin

days=36500
rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" -out "$2"; }

# Keys
rsa 2048 rsa.pkcs8.pem
openssl rsa -in rsa.pkcs8.pem -traditional -out rsa.pkcs1.pem 2>/dev/null
openssl rsa -in rsa.pkcs8.pem -pubout -out rsa.public.pem 2>/dev/null
openssl pkcs8 -topk8 -in rsa.pkcs8.pem -passout pass:secret -out rsa.encrypted-pkcs8.pem
openssl rsa -in rsa.pkcs8.pem -traditional -aes128 -passout pass:secret -out rsa.encrypted-pkcs1.pem 2>/dev/null
rsa 512 rsa-512.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1536 -pkeyopt rsa_keygen_primes:3 -out rsa-3-primes.pem
for curve in P-224 P-256 P-384 P-521 secp256k1; do
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "ec-$curve.pkcs8.pem"
  openssl ec -in "ec-$curve.pkcs8.pem" -out "ec-$curve.sec1.pem" 2>/dev/null
done
openssl ecparam -name prime256v1 -genkey -out ec-with-parameters.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out ec-explicit.pem
for algorithm in ed25519 x25519 ed448; do openssl genpkey -algorithm $algorithm -out "$algorithm.pem"; done
openssl dsaparam -genkey -out dsa.tmp 2048 2>/dev/null
openssl pkey -in dsa.tmp -traditional -out dsa.pem
openssl pkey -in dsa.tmp -out dsa.pkcs8.pem
rm dsa.tmp

# Encrypted texts: NAME HASH
for hash in sha1 sha256 sha512; do
  printf 'geheim \303\244' | openssl pkeyutl -encrypt -pubin -inkey rsa.public.pem -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt "rsa_oaep_md:$hash" -pkeyopt "rsa_mgf1_md:$hash" -out "oaep-$hash.bin"
done

# One chain: root, two intermediates, leaf
cat >openssl.tmp <<'CONF'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
keyUsage = critical, keyCertSign, cRLSign
[constrained]
basicConstraints = critical, CA:true, pathlen:1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
nameConstraints = critical, permitted;DNS:.example.com, permitted;DNS:example.org, excluded;IP:10.0.0.0/255.0.0.0, permitted;email:example.com, permitted;URI:.example.com
certificatePolicies = 1.2.3.4, 1.3.6.1.4.1.99999.1
policyConstraints = requireExplicitPolicy:3
inhibitAnyPolicy = 2
[leaf]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
extendedKeyUsage = serverAuth, clientAuth
crlDistributionPoints = URI:http://crl.example.com/a.crl
authorityInfoAccess = OCSP;URI:http://ocsp.example.com/, caIssuers;URI:http://ca.example.com/ca.crt
subjectAltName = DNS:a.example.com, DNS:*.example.org, IP:192.0.2.7, IP:2001:db8::1:0:0:1, IP:::ffff:10.1.2.3, email:ops@example.com, URI:spiffe://example.com/ns/a/sa/b, URI:HTTP://User:p%40@example.com:8080/a%2Fb/%7e?q=1#f(x), URI:urn:a:b, RID:1.2.3, dirName:dir
[dir]
CN = directory
[plain]
[wrong-uri]
subjectAltName = URI:http://a b/
CONF
rsa 2048 root.key.pem
rsa 2048 middle-1.key.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out middle-2.key.pem
# NAME SIGNER EXTENSIONS SUBJECT KEY
issue() {
  openssl req -new -config openssl.tmp -utf8 -key "$5" -subj "$4" -out req.tmp
  openssl x509 -req -in req.tmp -CA "$2.pem" -CAkey "$2.key.pem" -days $days -extfile openssl.tmp -extensions "$3" -out "$1.pem" 2>/dev/null
}
own() { openssl req -x509 -new -config openssl.tmp -utf8 -key "$3" -subj "$4" -days $days -extensions "$2" -out "$1.pem"; }
own root ca root.key.pem "/C=DE/O=Keyturn Tests/OU=One/OU=Two/CN=Root"
issue middle-1 root ca "/C=DE/O=Keyturn Tests/CN=Middle 1" middle-1.key.pem
issue middle-2 middle-1 constrained "/CN=Middle, 2+\"x\"/DC=example/serialNumber=7" middle-2.key.pem
issue leaf middle-2 leaf "/CN=leaf.example.com" rsa.pkcs8.pem
issue leaf-ed25519 middle-2 leaf "$(printf '/CN=Blatt \303\244\342\202\254')" ed25519.pem
own self-signed ca ec-P-256.pkcs8.pem "/CN=self"
own no-key-ids plain ec-P-521.pkcs8.pem "/CN= #odd "
own beyond-bmp ca ec-P-224.pkcs8.pem "$(printf '/CN=\360\237\224\221')"
own secp256k1-certificate ca ec-secp256k1.pkcs8.pem "/CN=k1"
own ed448-certificate ca ed448.pem "/CN=448"
own empty-subject leaf ec-P-256.pkcs8.pem "/"
own wrong-uri wrong-uri ec-P-256.pkcs8.pem "/CN=wrong"
cat leaf.pem middle-2.pem middle-1.pem root.pem >chain.pem
cat root.pem leaf.pem middle-1.pem middle-2.pem >chain-unordered.pem
cat middle-2.pem middle-1.pem root.pem >cas.tmp

# Stores: NAME OPTIONS
store() {
  name=$1
  shift
  openssl pkcs12 -export -inkey rsa.pkcs8.pem -in leaf.pem -certfile cas.tmp -name "Leaf" -out "$name.p12" "$@"
}
store modern -passout pass:secret
store modern-unicode -passout "pass:$(printf 's\303\244cret \342\202\254')"
store modern-sha512 -passout pass:secret -macalg sha512 -iter 4096
store aes128 -passout pass:secret -keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha1
store legacy -legacy -passout pass:secret
store legacy-rc2-128 -legacy -certpbe PBE-SHA1-RC2-128 -keypbe PBE-SHA1-RC2-128 -passout pass:secret
store legacy-3des -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -passout pass:secret
store legacy-empty -legacy -passout pass:
store empty -passout pass:
store no-mac -passout pass: -nomac
store no-mac-secret -passout pass:secret -nomac
store key-plain -passout pass:secret -keypbe NONE
store plain -passout pass:secret -keypbe NONE -certpbe NONE
store passwordless -passout pass: -nomac -keypbe NONE -certpbe NONE
store camellia -passout pass:secret -certpbe CAMELLIA-256-CBC
openssl pkcs12 -export -nocerts -inkey rsa.pkcs8.pem -out key-alone.p12 -passout pass:secret
openssl pkcs12 -export -nokeys -in chain.pem -out certs-alone.p12 -passout pass:secret
openssl pkcs12 -export -inkey ec-P-256.pkcs8.pem -in self-signed.pem -out ec.p12 -passout pass:secret
openssl pkcs12 -export -inkey ed25519.pem -in leaf-ed25519.pem -certfile root.pem -out ed25519.p12 -passout pass:secret
openssl pkcs12 -export -inkey ec-secp256k1.pkcs8.pem -in secp256k1-certificate.pem -out secp256k1.p12 -passout pass:secret
rm ./*.tmp
