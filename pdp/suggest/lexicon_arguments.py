"""Names of arguments, and what they hold. Data only. Names are words joined by `_`, in the singular where they are lists."""

from __future__ import annotations

from collections.abc import Mapping

from pdp.suggest.words import word_set

WHOLE: Mapping[str, frozenset[str]] = {
    "account": word_set(
        "iban bic swift account_number account_no acct account_num routing_number sort_code wallet payee "
        "beneficiary creditor debtor pix_key upi upi_id vpa bank_account to_account from_account "
        "destination_account source_account recipient_account recipient_iban card_number payee_account "
        "wallet_address to_address account_iban payout_account beneficiary_account bsb clabe crypto_address "
        "withdrawal_address payout_address payee_address beneficiary_address spender spender_address"
    ),
    "recipient": word_set(
        "recipient to cc bcc email email_address mail e_mail addressee receiver attendee participant invitee "
        "guest phone phone_number mobile msisdn fax assignee reviewer collaborator forward_to share_with send_to "
        "reply_to subscriber grantee delegate to_email to_number recipient_email receiver_email user_email "
        "customer_email owner_email to_user target_user contact_email email_to mail_to recipient_id to_phone "
        "telephone mobile_number addressees delegate_to mention tagged_user mentioned_username notify_email "
        "person friend whom with_whom to_whom tel forwarding_address new_owner destination_email invite_email"
    ),
    "url": word_set(
        "url uri link href website webpage web_page site endpoint webhook callback host hostname base_url feed "
        "domain redirect proxy web_address remote_url connection_string connection_uri connection_url dsn database_url "
        "server_url"
    ),
    "path": word_set(
        "path filename file_name dir_name folder_name directory_name filepath file_path dir directory folder cwd "
        "workdir working_directory root local_path remote_path file dest_path source_path destination_path "
        "output_path input_path attachment attachment_path directory_path folder_path notebook output_file "
        "input_file save_as source_file target_file repo_path"
    ),
    "channel": word_set(
        "channel chat conversation subreddit mailing_list guild chat_id room_id channel_id conversation_id "
        "channel_name slack_channel chatroom topic_arn queue_url chat_room"
    ),
    "code": word_set(
        "command cmd script source_code shell bash python javascript js snippet shell_command code_snippet "
        "python_code command_line argv js_code eval commands"
    ),
    "query": word_set(
        "query q search search_term term keyword sql soql jql cypher where pattern search_query criterion regex "
        "glob question sql_query query_string statement graphql filter filter_expression embedding_query "
        "search_text gaql kql lucene"
    ),
    "content": word_set(
        "body content text message subject title description comment note memo caption summary html markdown "
        "payload message_body detail post tweet signature headline reply text_content body_html body_text "
        "html_body properties rows manifest edits files data template blocks new_content new_text announcement "
        "bio prompt policy password new_password first_name last_name street city country address postcode zip "
        "msg txt remark answer feedback greeting wording explanation justification "
        "zip_code passphrase pin_code reason resolution new_str instruction"
    ),
    "limit": word_set(
        "limit max_results maximum count top_k page_size per_page num_results max_rows max n number_of_results "
        "top num max_items results_per_page num_items take size k max_count row_limit first"
    ),
    "paging": word_set(
        "page offset cursor page_token next_token starting_after ending_before sort sort_by sort_order order_by "
        "start_index skip page_number next_cursor continuation_token after_cursor next_page_token sort_direction "
        "ascending descending locale lang timezone time_zone tz units unit verbose timeout timeout_ms timeout_s "
        "timeout_seconds max_length raw pretty output_format response_format include_metadata max_tokens indent "
        "color theme request_id idempotency_key trace_id client_request_id user_agent max_chars head tail "
        "exclude_patterns dry_run fields_mask"
    ),
    "shape": word_set("fields include expand select format columns order direction view language exclude projection"),
    "amount": word_set(
        "amount price total sum cost amount_cents amount_minor total_amount payment_amount transfer_amount fee "
        "salary amount_in_cents amount_usd amount_eur budget max_amount value money tip_amount donation_amount "
        "amount_paid"
    ),
    "currency": word_set("currency currency_code ccy"),
    "all": word_set(
        "all everything delete_all all_items cascade recursive bulk remove_all select_all apply_to_all force_all"
    ),
}
"""Names as a whole."""

LAST: Mapping[str, frozenset[str]] = {
    "recipient": word_set(
        "email mail recipient recipients attendees participants invitees phone mobile telephone tel fax"
    ),
    "url": word_set("url uri link href webhook hook callback endpoint host hostname website"),
    "path": word_set("path filename filepath file directory folder dir"),
    "account": word_set("iban wallet beneficiary payee"),
    "code": word_set("command cmd cmdline script"),
    "query": word_set("query sql clause"),
    "content": word_set(
        "body content text message html markdown title subject note notes comment comments remark remarks msg"
    ),
    "amount": word_set("amount price"),
    "id": word_set(
        "id ids gid gids iid iids uid uids urn uuid guid arn slug identifier number no nr num ref sha hash sku key handle ts "
        "reference"
    ),
}
"""Last words of longer names."""

GENERIC = word_set(
    "to target destination dest source src address input value name from user username recipient receiver "
    "data args arguments object item x y a b arg param parameter param1 arg1 string thing ref key sender "
    "contact handle member number id account body code function expression source_code cell payload where "
    "location content resource"
)
"""Names that leave it to the description what they hold."""

DESCRIBED: Mapping[str, tuple[str, ...]] = {
    "account": ("iban", "account number", "bank account", "wallet address", "wallet", "routing number", "bic code"),
    "recipient": (
        *("email address", "email addresses", "emails", "email of", "e mail", "e mails"),
        *("phone number", "phone numbers", "recipient address"),
    ),
    "url": ("url", "uri", "domain name", "web address", "webhook", "hostname", "http endpoint", "https://", "http://"),
    "path": (
        *("file path", "path to", "path of", "path where", "absolute path"),
        *("directory", "filename", "file name"),
    ),
    "code": (
        *("shell command", "bash command", "command to run", "command to execute", "script to", "powershell"),
        *(
            "python code",
            "javascript code",
            "javascript expression",
            "javascript to",
            "source code",
            "code to execute",
            "code to run",
        ),
    ),
    "query": ("sql", "search query", "search term", "soql", "jql", "query string", "cypher"),
    "channel": ("channel", "chat room", "subreddit", "conversation to"),
}
"""Phrases of a description that say what an argument holds."""

PEOPLE = word_set(
    "user username member contact person people customer client friend employee assignee handle screen_name "
    "user_id user_name member_id contact_id account_name owner follower colleague name login userid user_ids "
    "usernames users members contacts sender manager_id"
)
"""Arguments that name people: recipients where something reaches them, else ids."""

SECRETS = word_set(
    "password passphrase secret token api_key pin credential otp new_password old_password cvv access_token"
)
SECRET_LAST = word_set("password passphrase secret token pin otp cvv credential credentials apikey passcode passkey")
"""Last words of names whose values no record may hold."""

PERSONAL = word_set(
    "card_number card_verification_number security_code cvv cvc ssn social_security_number passport_number "
    "passport_no tax_id national_id driver_license date_of_birth dob birth_date birthdate expiration_date "
    "expiry_date medical_record"
)
"""Names whose values stand in no attribute, id or container: they would end up in receipts."""

FORMS = word_set(
    "type format mode kind unit size count index level color colour style status state flag option version "
    "encoding language charset visibility transparency width height position order direction"
)
"""Last words of arguments that say how, whatever their description speaks of: `mime_type`, `sort_order`."""

ACTIONS = word_set(
    "action operation op command subcommand sub_command sub_action verb task_action method method_name operation_type "
    "action_type action_name job job_type change"
)
"""Arguments that choose what a tool does."""

DATES = word_set(
    "date time datetime timestamp day month year start end since until before after deadline due when hour "
    "minute start_date end_date due_date start_time end_time from_date to_date departure_date return_date "
    "check_in check_out date_from date_to start_day end_day time_min time_max duration created_after "
    "created_before schedule"
)
DATE_LAST = word_set("date time day datetime timestamp at min max before after minutes seconds hours days duration")
THINGS = word_set(
    "hotel restaurant flight company provider airline room property venue doctor car vehicle product item "
    "seat listing event task issue ticket service container instance pod deployment cluster table collection "
    "bucket database repository repo branch package app application flag device door reservation booking "
    "order invoice charge shipment document page note project board list playlist song book movie train "
    "station symbol process stock asset namespace environment zone region queue topic model dataset workflow "
    "job pipeline function secret subscription plan coupon campaign deal lead opportunity case patient "
    "student course class team organization workspace owner pid medication record org tenant ticker isin "
    "share group space"
)
"""Nouns that name one record where they are the whole name of a string argument."""
