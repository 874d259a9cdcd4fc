#pragma once

/** A certificate to be made for a test: FOLDER/NAME.pem, with its new key in FOLDER/NAME.key. */
struct certificate {
	const char *name;
	const char *common_name;
	const char *names;  /* "DNS:a,IP:127.0.0.1"; NULL: none, as of an authority */
	const char *issuer; /* NAME of what was made before; NULL: itself */
	int days_from;      /* from today */
	int days_to;
};

void certificate_make(const char *folder, const struct certificate *wish);

/** The folder and all in it. */
void certificates_remove(const char *folder);

/** SHA-256 of the certificate's public key, 64 digits; to be freed. */
char *certificate_key_pin(const char *folder, const char *name);
