package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
)

// ESO's filters of PEM texts and chains of certificates, in our own words as the rest.

// encoding/pem refuses text directly before the first BEGIN; ESO cuts it off.
func fromFirstBlock(text string) []byte {
	if at := strings.Index(text, "-----BEGIN"); at > 0 {
		text = text[at:]
	}
	return []byte(text)
}

func filterPEM(kind, text string) (string, error) {
	var out bytes.Buffer
	rest := fromFirstBlock(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.EqualFold(block.Type, kind) {
			if err := pem.Encode(&out, block); err != nil {
				return "", err
			}
		}
	}
	if out.Len() == 0 && len(rest) > 0 {
		return "", errors.New("junk")
	}
	return out.String(), nil
}

func filterCertChain(kind, text string) (string, error) {
	var certs []*x509.Certificate
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", err
		}
		certs = append(certs, cert)
	}
	chain, err := orderChain(certs)
	if err != nil {
		return "", err
	}
	switch kind {
	case "leaf":
		if !isRoot(chain[0]) {
			return certsPEM(chain[:1]), nil
		}
	case "intermediate":
		chain = chain[1:]
		for at, cert := range chain {
			if isRoot(cert) {
				chain = chain[:at]
				break
			}
		}
		return certsPEM(chain), nil
	case "root":
		if last := chain[len(chain)-1]; isRoot(last) {
			return certsPEM([]*x509.Certificate{last}), nil
		}
	}
	return "", nil
}

func isRoot(cert *x509.Certificate) bool {
	return cert.AuthorityKeyId == nil || bytes.Equal(cert.AuthorityKeyId, cert.SubjectKeyId)
}

// Leaf first, each followed by the first other certificate whose subject key id is its authority key id.
func orderChain(certs []*x509.Certificate) ([]*x509.Certificate, error) {
	parent := make([]int, len(certs))
	signs := make([]bool, len(certs))
	for i, cert := range certs {
		parent[i] = -1
		for j, other := range certs {
			if i != j && bytes.Equal(cert.AuthorityKeyId, other.SubjectKeyId) {
				parent[i], signs[j] = j, true
				break
			}
		}
	}
	at := -1
	for i := range certs {
		if signs[i] {
			continue
		}
		if at >= 0 {
			return nil, errors.New("several leaves")
		}
		at = i
	}
	if at < 0 {
		return nil, errors.New("no leaf")
	}
	var chain []*x509.Certificate
	for ; at >= 0; at = parent[at] {
		if len(chain) == len(certs) {
			return nil, errors.New("a cycle")
		}
		chain = append(chain, certs[at])
	}
	return chain, nil
}

func certSANs(text string) ([]string, error) {
	block, _ := pem.Decode(fromFirstBlock(text))
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	names := append([]string{}, cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	names = append(names, cert.EmailAddresses...)
	for _, uri := range cert.URIs {
		names = append(names, uri.String())
	}
	return names, nil
}
