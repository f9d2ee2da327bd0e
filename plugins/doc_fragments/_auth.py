# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # How to log in to Vault, for modules and lookups alike.
    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - How to log in.
      - V(token) takes a token that exists; it is renewed but never revoked, the leases made with it are revoked one
        by one. V(none) sends no token, for a Vault Agent or Proxy that adds its own. All others log in once per run.
      - V(aws_iam) proves to Vault who one is at AWS, with a signed request that is good for nothing else. It needs
        C(botocore) on the controller.
      - V(aws_ec2) proves that one is on a certain EC2 instance, with a document that AWS has signed and a nonce.
    type: str
    default: token
    choices: [token, approle, userpass, ldap, jwt, kubernetes, cert, aws_iam, aws_ec2, none]
  mount_point:
    description:
      - Path at which the auth method is mounted; its own name unless told otherwise.
    type: str
  auth_namespace:
    description:
      - Namespace of the login, where it is not O(namespace).
    type: str
  token:
    description:
      - The token for O(auth_method=token).
    type: str
  token_path:
    description:
      - Folder of O(token_file); the home directory unless told otherwise.
    type: path
  token_file:
    description:
      - File to read the token from where O(token) is not set, as the Vault CLI writes it. It is read anew when Vault
        says that the token is no longer valid.
    type: str
    default: .vault-token
  token_validate:
    description:
      - Whether to ask Vault about a given token before anything else. That costs a token with limited uses one of
        them.
    type: bool
    default: false
  role_id:
    description:
      - Role id for O(auth_method=approle). Also understood as O(role) by all methods that take a role.
    type: str
  secret_id:
    description:
      - Secret id for O(auth_method=approle); a role may do without one.
    type: str
  secret_id_file:
    description:
      - File that holds the secret id; it is read when the login is made.
    type: path
  secret_id_wrapped_at:
    description:
      - Says that O(secret_id) or O(secret_id_file) holds a response-wrapping token, and the exact path at which it
        was made, such as V(auth/approle/role/ansible/secret-id).
      - The path is compared before anything is unwrapped. A token made elsewhere may have been swapped and is refused.
    type: str
  username:
    description:
      - User for V(userpass) and V(ldap).
    type: str
  password:
    description:
      - Password for V(userpass) and V(ldap).
    type: str
  role:
    description:
      - Role for V(jwt), V(kubernetes), V(cert), V(aws_iam) and V(aws_ec2). Vault takes the name of the AWS user or role
        where V(aws_iam) names none, and that of the image where V(aws_ec2) does.
    type: str
  jwt:
    description:
      - The JSON web token for V(jwt) and V(kubernetes).
    type: str
  jwt_file:
    description:
      - File that holds the JSON web token, read at each login. For V(kubernetes) the pod's service account unless
        told otherwise.
    type: path
  aws_access_key:
    description:
      - Access key for O(auth_method=aws_iam), together with O(aws_secret_key). What another lookup returned will do.
      - Without it, credentials are looked for where the AWS SDK for Python looks, at the moment of the login. That is
        in the environment (C(AWS_ACCESS_KEY_ID) and so on, as AWS Lambda sets them), in O(aws_profile), with a web
        identity token, a C(credential_process) or the cache of AWS SSO, and at the metadata services of containers and
        instances, of the latter in version 2 only.
    type: str
    aliases: [aws_access_key_id]
  aws_secret_key:
    description:
      - Secret key that belongs to O(aws_access_key).
    type: str
    aliases: [aws_secret_access_key]
  aws_session_token:
    description:
      - Session token that belongs to O(aws_access_key), if that is temporary.
    type: str
    aliases: [aws_security_token]
  aws_profile:
    description:
      - Profile of the AWS configuration to log in with; E(AWS_PROFILE) or the default one unless told otherwise.
    type: str
    aliases: [boto_profile]
  aws_region:
    description:
      - Region of the STS that the request of O(auth_method=aws_iam) is signed for. It has to be the one that Vault
        asks, see C(sts_endpoint) and C(use_sts_region_from_client) in the configuration of Vault's auth method.
      - The global STS, C(sts.amazonaws.com), unless told otherwise, as in Vault. V(auto) takes the region of the
        environment, the profile or the instance.
    type: str
  aws_sts_endpoint:
    description:
      - Address of the STS that the request of O(auth_method=aws_iam) is signed for, such as that of a VPC endpoint. The
        region follows from it where it names one.
    type: str
  header_value:
    description:
      - What C(iam_server_id_header_value) says in the configuration of Vault's auth method. It is signed along, so
        that no other Vault accepts the request.
      - Without it there is a warning.
    type: str
    aliases: [aws_iam_server_id]
  metadata_url:
    description:
      - Address of the metadata service that O(auth_method=aws_ec2) asks, in version 2 only;
        V(http://169.254.169.254) unless told otherwise.
    type: str
  ec2_proof:
    description:
      - What the metadata service is asked for. V(pkcs7) needs a certificate of type C(pkcs7) in Vault's auth method,
        V(signature), the identity document and its RSA signature, one of type C(identity).
    type: str
    choices: [pkcs7, signature]
    default: pkcs7
  pkcs7:
    description:
      - The PKCS#7 signature of an instance, instead of asking the metadata service for it.
    type: str
  identity:
    description:
      - The identity document of an instance, in base64, instead of asking the metadata service for it. It needs
        O(signature).
    type: str
  signature:
    description:
      - The signature that belongs to O(identity), in base64.
    type: str
  nonce:
    description:
      - The nonce of this instance, for whoever keeps it himself. Vault demands that of the first login at each later
        one.
    type: str
  nonce_file:
    description:
      - File of the nonce. It is made before the first login, is bound to this instance and this Vault, and is never
        written again. A file that holds just a nonce, as other tools write it, is used as it is.
      - C(leasehold-vault/ec2-nonce) in E(XDG_STATE_HOME), or in C(~/.local/state), unless told otherwise. Where that is
        not there and C(~/.vault-token-meta-nonce) is, that one is used.
      - Only its owner may be able to read it. Whoever loses it needs an operator, who deletes
        C(auth/aws/identity-accesslist/INSTANCE-ID) in Vault.
    type: path
"""

    # Where lookups and actions find the same options. Secrets have no ini entry: files get shared.
    # Of several sources that are set, Ansible takes the last.
    PLUGIN = r"""
options:
  auth_method:
    vars:
      - name: ansible_hashi_vault_auth_method
      - name: leasehold_vault_auth_method
    env:
      - name: ANSIBLE_HASHI_VAULT_AUTH_METHOD
      - name: LEASEHOLD_VAULT_AUTH_METHOD
    ini:
      - section: hashi_vault_collection
        key: auth_method
      - section: leasehold_vault
        key: auth_method
  mount_point:
    vars:
      - name: ansible_hashi_vault_mount_point
      - name: leasehold_vault_mount_point
    env:
      - name: ANSIBLE_HASHI_VAULT_MOUNT_POINT
      - name: LEASEHOLD_VAULT_MOUNT_POINT
    ini:
      - section: hashi_vault_collection
        key: mount_point
      - section: leasehold_vault
        key: mount_point
  auth_namespace:
    vars:
      - name: leasehold_vault_auth_namespace
    env:
      - name: LEASEHOLD_VAULT_AUTH_NAMESPACE
    ini:
      - section: leasehold_vault
        key: auth_namespace
  token:
    vars:
      - name: ansible_hashi_vault_token
      - name: leasehold_vault_token
    env:
      - name: VAULT_TOKEN
      - name: ANSIBLE_HASHI_VAULT_TOKEN
      - name: LEASEHOLD_VAULT_TOKEN
  token_path:
    vars:
      - name: ansible_hashi_vault_token_path
      - name: leasehold_vault_token_path
    env:
      - name: ANSIBLE_HASHI_VAULT_TOKEN_PATH
      - name: LEASEHOLD_VAULT_TOKEN_PATH
    ini:
      - section: hashi_vault_collection
        key: token_path
      - section: leasehold_vault
        key: token_path
  token_file:
    vars:
      - name: ansible_hashi_vault_token_file
      - name: leasehold_vault_token_file
    env:
      - name: ANSIBLE_HASHI_VAULT_TOKEN_FILE
      - name: LEASEHOLD_VAULT_TOKEN_FILE
    ini:
      - section: hashi_vault_collection
        key: token_file
      - section: leasehold_vault
        key: token_file
  token_validate:
    vars:
      - name: ansible_hashi_vault_token_validate
      - name: leasehold_vault_token_validate
    env:
      - name: ANSIBLE_HASHI_VAULT_TOKEN_VALIDATE
      - name: LEASEHOLD_VAULT_TOKEN_VALIDATE
    ini:
      - section: hashi_vault_collection
        key: token_validate
      - section: leasehold_vault
        key: token_validate
  role_id:
    vars:
      - name: ansible_hashi_vault_role_id
      - name: leasehold_vault_role_id
    env:
      - name: VAULT_ROLE_ID
      - name: VAULT_APPROLE_ROLE_ID
      - name: ANSIBLE_HASHI_VAULT_ROLE_ID
      - name: LEASEHOLD_VAULT_ROLE_ID
    ini:
      - section: hashi_vault_collection
        key: role_id
      - section: leasehold_vault
        key: role_id
  secret_id:
    vars:
      - name: ansible_hashi_vault_secret_id
      - name: leasehold_vault_secret_id
    env:
      - name: VAULT_SECRET_ID
      - name: VAULT_APPROLE_SECRET_ID
      - name: ANSIBLE_HASHI_VAULT_SECRET_ID
      - name: LEASEHOLD_VAULT_SECRET_ID
  secret_id_file:
    vars:
      - name: leasehold_vault_secret_id_file
    env:
      - name: LEASEHOLD_VAULT_SECRET_ID_FILE
    ini:
      - section: leasehold_vault
        key: secret_id_file
  secret_id_wrapped_at:
    vars:
      - name: leasehold_vault_secret_id_wrapped_at
    env:
      - name: LEASEHOLD_VAULT_SECRET_ID_WRAPPED_AT
    ini:
      - section: leasehold_vault
        key: secret_id_wrapped_at
  username:
    vars:
      - name: ansible_hashi_vault_username
      - name: leasehold_vault_username
    env:
      - name: ANSIBLE_HASHI_VAULT_USERNAME
      - name: LEASEHOLD_VAULT_USERNAME
    ini:
      - section: hashi_vault_collection
        key: username
      - section: leasehold_vault
        key: username
  password:
    vars:
      - name: ansible_hashi_vault_password
      - name: leasehold_vault_password
    env:
      - name: ANSIBLE_HASHI_VAULT_PASSWORD
      - name: LEASEHOLD_VAULT_PASSWORD
  role:
    vars:
      - name: leasehold_vault_role
    env:
      - name: VAULT_AWS_ROLE
      - name: LEASEHOLD_VAULT_ROLE
    ini:
      - section: leasehold_vault
        key: role
  jwt:
    vars:
      - name: ansible_hashi_vault_jwt
      - name: leasehold_vault_jwt
    env:
      - name: ANSIBLE_HASHI_VAULT_JWT
      - name: LEASEHOLD_VAULT_JWT
  jwt_file:
    vars:
      - name: leasehold_vault_jwt_file
    env:
      - name: LEASEHOLD_VAULT_JWT_FILE
    ini:
      - section: leasehold_vault
        key: jwt_file
  aws_access_key:
    vars:
      - name: leasehold_vault_aws_access_key
    env:
      - name: LEASEHOLD_VAULT_AWS_ACCESS_KEY
    ini:
      - section: leasehold_vault
        key: aws_access_key
  aws_secret_key:
    vars:
      - name: leasehold_vault_aws_secret_key
    env:
      - name: LEASEHOLD_VAULT_AWS_SECRET_KEY
  aws_session_token:
    vars:
      - name: leasehold_vault_aws_session_token
    env:
      - name: LEASEHOLD_VAULT_AWS_SESSION_TOKEN
  aws_profile:
    vars:
      - name: leasehold_vault_aws_profile
    env:
      - name: LEASEHOLD_VAULT_AWS_PROFILE
    ini:
      - section: leasehold_vault
        key: aws_profile
  aws_region:
    vars:
      - name: leasehold_vault_aws_region
    env:
      - name: LEASEHOLD_VAULT_AWS_REGION
    ini:
      - section: leasehold_vault
        key: aws_region
  aws_sts_endpoint:
    vars:
      - name: leasehold_vault_aws_sts_endpoint
    env:
      - name: LEASEHOLD_VAULT_AWS_STS_ENDPOINT
    ini:
      - section: leasehold_vault
        key: aws_sts_endpoint
  header_value:
    vars:
      - name: ansible_hashi_vault_aws_iam_server_id
      - name: leasehold_vault_header_value
    env:
      - name: VAULT_HEADER_VALUE
      - name: VAULT_AWS_IAM_SERVER_ID
      - name: ANSIBLE_HASHI_VAULT_AWS_IAM_SERVER_ID
      - name: LEASEHOLD_VAULT_HEADER_VALUE
    ini:
      - section: hashi_vault_collection
        key: aws_iam_server_id
      - section: leasehold_vault
        key: header_value
  metadata_url:
    vars:
      - name: leasehold_vault_metadata_url
    env:
      - name: AWS_EC2_METADATA_SERVICE_ENDPOINT
      - name: LEASEHOLD_VAULT_METADATA_URL
    ini:
      - section: leasehold_vault
        key: metadata_url
  ec2_proof:
    vars:
      - name: leasehold_vault_ec2_proof
    env:
      - name: LEASEHOLD_VAULT_EC2_PROOF
    ini:
      - section: leasehold_vault
        key: ec2_proof
  pkcs7:
    vars:
      - name: leasehold_vault_pkcs7
    env:
      - name: LEASEHOLD_VAULT_PKCS7
  identity:
    vars:
      - name: leasehold_vault_identity
    env:
      - name: LEASEHOLD_VAULT_IDENTITY
  signature:
    vars:
      - name: leasehold_vault_signature
    env:
      - name: LEASEHOLD_VAULT_SIGNATURE
  nonce:
    vars:
      - name: leasehold_vault_nonce
    env:
      - name: LEASEHOLD_VAULT_NONCE
  nonce_file:
    vars:
      - name: leasehold_vault_nonce_file
    env:
      - name: WP_VAULT_TOKEN_NONCE_PATH
      - name: LEASEHOLD_VAULT_NONCE_FILE
    ini:
      - section: leasehold_vault
        key: nonce_file
"""
