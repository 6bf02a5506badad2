/** The object identifiers of the structures in this room. */

export const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
export const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
export const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
export const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
export const ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
export const ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4";
export const DSA = "1.2.840.10040.4.1";
export const X25519 = "1.3.101.110";
export const ED25519 = "1.3.101.112";

export const COMMON_NAME = "2.5.4.3";

export const SUBJECT_KEY_ID = "2.5.29.14";
export const KEY_USAGE = "2.5.29.15";
export const SUBJECT_ALT_NAME = "2.5.29.17";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const NAME_CONSTRAINTS = "2.5.29.30";
export const CRL_DISTRIBUTION_POINTS = "2.5.29.31";
export const CERTIFICATE_POLICIES = "2.5.29.32";
export const POLICY_MAPPINGS = "2.5.29.33";
export const AUTHORITY_KEY_ID = "2.5.29.35";
export const POLICY_CONSTRAINTS = "2.5.29.36";
export const EXT_KEY_USAGE = "2.5.29.37";
export const ANY_EXT_KEY_USAGE = "2.5.29.37.0";
export const INHIBIT_ANY_POLICY = "2.5.29.54";
export const AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

export const DATA = "1.2.840.113549.1.7.1";
export const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
export const FRIENDLY_NAME = "1.2.840.113549.1.9.20";
export const LOCAL_KEY_ID = "1.2.840.113549.1.9.21";
export const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
export const JAVA_TRUST_STORE = "2.16.840.1.113894.746875.1.1";
export const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
export const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
export const CERT_BAG = "1.2.840.113549.1.12.10.1.3";

export const PBE_SHA_3DES = "1.2.840.113549.1.12.1.3";
export const PBE_SHA_RC2_128 = "1.2.840.113549.1.12.1.5";
export const PBE_SHA_RC2_40 = "1.2.840.113549.1.12.1.6";
export const PBES2 = "1.2.840.113549.1.5.13";
export const PBKDF2 = "1.2.840.113549.1.5.12";
export const PBMAC1 = "1.2.840.113549.1.5.14";
export const HMAC_SHA1 = "1.2.840.113549.2.7";
export const HMAC_SHA256 = "1.2.840.113549.2.9";
export const HMAC_SHA512 = "1.2.840.113549.2.11";
export const AES128_CBC = "2.16.840.1.101.3.4.1.2";
export const AES192_CBC = "2.16.840.1.101.3.4.1.22";
export const AES256_CBC = "2.16.840.1.101.3.4.1.42";
export const SHA1 = "1.3.14.3.2.26";
export const SHA256 = "2.16.840.1.101.3.4.2.1";
export const SHA512 = "2.16.840.1.101.3.4.2.3";
