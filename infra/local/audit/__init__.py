"""What `make audit` looks at: weaknesses that are known, licences, secrets in files, and the bill of what is deployed."""
