package main

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"strings"
	"text/template"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"golang.org/x/crypto/bcrypt"
	"software.sslmate.com/src/go-pkcs12"
)

// ESO's functions on keys and certificates, written from its documented behaviour on the same libraries, so that a difference
// between a library and ours shows here.
var esoPkiFuncs = template.FuncMap{
	"htpasswd": htpasswd,

	"pkcs12key":      func(input string) (string, error) { return storeKey("", input) },
	"pkcs12keyPass":  storeKey,
	"pkcs12cert":     func(input string) (string, error) { return storeCerts("", input) },
	"pkcs12certPass": storeCerts,

	"pemToPkcs12": func(cert, key string) (string, error) { return keyStore(cert, key, "", false) },
	"pemToPkcs12Pass": func(cert, key, pass string) (string, error) {
		return keyStore(cert, key, pass, false)
	},
	"fullPemToPkcs12": func(cert, key string) (string, error) { return keyStore(cert, key, "", true) },
	"fullPemToPkcs12Pass": func(cert, key, pass string) (string, error) {
		return keyStore(cert, key, pass, true)
	},
	"pemTruststoreToPKCS12":     func(certs string) (string, error) { return trustStore(certs, "") },
	"pemTruststoreToPKCS12Pass": trustStore,

	"filterPEM":       filterPEM,
	"filterCertChain": filterCertChain,
	"certSANs":        certSANs,

	"jwkPublicKeyPem": func(text string) (string, error) {
		return jwkToPEM(text, "PUBLIC KEY", x509.MarshalPKIXPublicKey)
	},
	"jwkPrivateKeyPem": func(text string) (string, error) {
		return jwkToPEM(text, "PRIVATE KEY", x509.MarshalPKCS8PrivateKey)
	},

	"rsaDecrypt": rsaDecrypt,
}

// HashAlgorithm is a type of its own in ESO's sprig: only a literal in the template can be one, not a string of the data.
type HashAlgorithm string

func htpasswd(user, password string, algorithm HashAlgorithm) string {
	if strings.ContainsRune(user, ':') {
		return "invalid username: " + user
	}
	if algorithm == "sha" {
		sum := sha1.Sum([]byte(password))
		return user + ":{SHA}" + base64.StdEncoding.EncodeToString(sum[:])
	}
	crypted, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return fmt.Sprintf("%s:failed to encrypt string with bcrypt: %s", user, err)
	}
	return user + ":" + string(crypted)
}

func toPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func storeKey(pass, input string) (string, error) {
	key, _, _, err := pkcs12.DecodeChain([]byte(input), pass)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return toPEM("PRIVATE KEY", der), nil
}

// The certificates in their order of signing if they are one chain, else as they are stored.
func storeCerts(pass, input string) (string, error) {
	_, leaf, more, err := pkcs12.DecodeChain([]byte(input), pass)
	if err != nil {
		return "", err
	}
	certs := append([]*x509.Certificate{leaf}, more...)
	if ordered, err := orderChain(certs); err == nil {
		certs = ordered
	}
	return certsPEM(certs), nil
}

func certsPEM(certs []*x509.Certificate) string {
	var out strings.Builder
	for _, cert := range certs {
		out.WriteString(toPEM("CERTIFICATE", cert.Raw))
	}
	return out.String()
}

// A missing block is a nil dereference in ESO; text/template turns that panic into an execution error, so an error serves here.
func nextCert(text []byte) (*x509.Certificate, []byte, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, nil, errors.New("no PEM block")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	return cert, rest, err
}

// To the last byte: what is left after the last block, even a newline, has to be a block as well.
func allCerts(text []byte) (certs []*x509.Certificate, err error) {
	for len(text) > 0 {
		var cert *x509.Certificate
		if cert, text, err = nextCert(text); err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func parseKey(der []byte) (any, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("no private key")
}

func keyStore(certs, key, pass string, full bool) (string, error) {
	leaf, rest, err := nextCert([]byte(certs))
	if err != nil {
		return "", err
	}
	var more []*x509.Certificate
	if full {
		if more, err = allCerts(rest); err != nil {
			return "", err
		}
	}
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return "", errors.New("no PEM block")
	}
	parsed, err := parseKey(block.Bytes)
	if err != nil {
		return "", err
	}
	store, err := pkcs12.Modern.Encode(parsed, leaf, more, pass)
	return base64.StdEncoding.EncodeToString(store), err
}

func trustStore(text, pass string) (string, error) {
	certs, err := allCerts([]byte(text))
	if err != nil {
		return "", err
	}
	store, err := pkcs12.Modern.EncodeTrustStore(certs, pass)
	return base64.StdEncoding.EncodeToString(store), err
}

func jwkToPEM(text, kind string, marshal func(any) ([]byte, error)) (string, error) {
	var raw any
	if err := jwk.ParseRawKey([]byte(text), &raw); err != nil {
		return "", err
	}
	der, err := marshal(raw)
	if err != nil {
		return "", err
	}
	return toPEM(kind, der), nil
}

func rsaDecrypt(scheme, hashName, ciphertext, key string) (string, error) {
	if scheme == "None" {
		return ciphertext, nil
	}
	if scheme != "RSA-OAEP" {
		return "", errors.New("unknown scheme")
	}
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return "", errors.New("no PEM block")
	}
	parsed, err := parseKey(block.Bytes)
	if err != nil {
		return "", err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", errors.New("no RSA key")
	}
	hashes := map[string]func() hash.Hash{"SHA1": sha1.New, "SHA512": sha512.New}
	create, ok := hashes[hashName]
	if !ok {
		create = sha256.New
	}
	out, err := rsa.DecryptOAEP(create(), nil, private, []byte(ciphertext), nil)
	return string(out), err
}
