"""Who gets which answer at which door: one row for every method of every address.

What is looked at belongs to Зоя, a customer: ``<int:number>`` is her payment, her unknown refund,
her booked consultation, an event of the bank, or she herself; ``<int:client_id>`` is she too, and
``<int:slot_id>`` is free. Everybody knocks in the order of the columns; a form is sent empty, with
the CSRF token of the one who sends it.

    stranger  nobody has signed in           vera    may look
    oleg      worked here, is disabled       anna    may refund
    kirill    another customer               gleb    super-admin
    zoya      the customer herself           gulya   a customer entrusted with refunds (D5)

    200 here it is                           403 not for you
    303 sent on: to the sign-in page, to     404 there is no such thing, or it is not yours
        one's own pages, or it is done       409 too late: it has moved already
    400 not genuine                          422 something is missing in the form
    410 the link is dead
"""

PEOPLE = ("stranger", "oleg", "kirill", "zoya", "gulya", "vera", "anna", "gleb")

ROWS = """
# Staff                                          stranger oleg kirill zoya gulya vera anna gleb
GET  /                                                303  303  303  303  303  200  200  200
GET  /payments                                        303  303  403  403  200  200  200  200
GET  /payments/<int:number>                           303  303  403  403  200  200  200  200
POST /payments/<int:number>/sync                      303  303  403  403  303  303  303  303
GET  /payments/<int:number>/refund                    303  303  403  403  200  200  200  200
GET  /payments/<int:number>/refund/preview            303  303  403  403  200  403  200  200
GET  /payments/<int:number>/decline                   303  303  403  403  404  403  404  404
POST /payments/<int:number>/decline                   303  303  403  403  404  403  404  404
POST /payments/<int:number>/refund                    303  303  403  403  422  403  422  422
GET  /refunds/<int:number>                            303  303  403  403  200  200  200  200
GET  /refunds/<int:number>/status                     303  303  403  403  200  200  200  200
POST /refunds/<int:number>/ask                        303  303  403  403  303  303  303  303
POST /refunds/<int:number>/cancel                     303  303  403  403  409  403  409  409
GET  /refunds/<int:number>/resolve                    303  303  403  403  403  403  200  200
POST /refunds/<int:number>/resolve                    303  303  403  403  403  403  422  422
GET  /refunds/external                                303  303  403  403  200  200  200  200
GET  /refunds/<int:number>/attribute                  303  303  403  403  403  403  200  200
POST /refunds/<int:number>/attribute                  303  303  403  403  403  403  422  422
GET  /card-checks                                     303  303  403  403  200  200  200  200
POST /card-checks/<int:number>/return                 303  303  403  403  404  403  404  404
GET  /refunds/<int:number>/bounce                     303  303  403  403  403  403  200  200
POST /refunds/<int:number>/bounce                     303  303  403  403  403  403  422  422
GET  /consultations                                   303  303  403  403  403  200  200  200
GET  /consultations/<int:number>                      303  303  403  403  403  200  200  200
GET  /consultations/<int:number>/cancel               303  303  403  403  403  403  200  200
POST /consultations/<int:number>/cancel               303  303  403  403  403  403  422  422
GET  /consultations/buy                               303  303  403  403  403  403  200  200
GET  /consultations/buy/<int:client_id>               303  303  403  403  403  403  200  200
GET  /consultations/buy/<int:client_id>/<int:slot_id>  303  303  403  403  403  403  200  200
POST /consultations/buy/<int:client_id>/<int:slot_id>  303  303  403  403  403  403  422  422
GET  /consultations/<int:number>/link                 303  303  403  403  403  403  200  200
POST /consultations/<int:number>/link                 303  303  403  403  403  403  303  303
POST /consultations/<int:number>/link/sms             303  303  403  403  403  403  404  404
GET  /consultations/<int:number>/complete             303  303  403  403  403  403  200  200
POST /consultations/<int:number>/complete             303  303  403  403  403  403  422  422
GET  /slots                                          303  303  403  403  403  403  200  200
GET  /slots/new                                      303  303  403  403  403  403  200  200
POST /slots/new                                      303  303  403  403  403  403  422  422
GET  /slots/<int:number>/withdraw                    303  303  403  403  403  403  200  200
POST /slots/<int:number>/withdraw                    303  303  403  403  403  403  303  409
GET  /users                                           303  303  403  403  403  200  200  200
GET  /users/<int:number>                              303  303  403  403  403  200  200  200
POST /users/<int:number>/reveal                      303  303  403  403  403  403  200  200
GET  /users/<int:number>/phone                       303  303  403  403  403  403  200  200
POST /users/<int:number>/phone                       303  303  403  403  403  403  303  303
GET  /deliveries                                      303  303  403  403  403  403  200  200
GET  /deliveries/<int:number>                         303  303  403  403  403  403  200  200
GET  /banks                                           303  303  403  403  403  403  403  200
POST /banks/<string:name>/check                       303  303  403  403  403  403  403  303
GET  /banks/<string:name>                             303  303  403  403  403  403  403  200
GET  /banks/<string:name>/<any(suspend,resume):act>   303  303  403  403  403  403  403  200
POST /banks/<string:name>/<any(suspend,resume):act>   303  303  403  403  403  403  403  422
POST /deliveries/<int:number>/replay                  303  303  403  403  403  403  403  303
GET  /access                                         303  303  403  403  403  403  403  200
POST /access                                         303  303  403  403  403  403  403  422
POST /access/changes                                 303  303  403  403  403  403  403  422
GET  /access/people                                  303  303  403  403  403  403  403  200
GET  /access/preview                                 303  303  403  403  403  403  403  200
GET  /access/roles                                   303  303  403  403  403  403  403  200
POST /access/roles                                   303  303  403  403  403  403  403  422
POST /access/roles/<string:code>/remove              303  303  403  403  403  403  403  404
GET  /audit                                          303  303  403  403  403  403  403  200
GET  /users/<int:number>/admission                   303  303  403  403  403  403  403  200
POST /users/<int:number>/admission                   303  303  403  403  403  403  403  422
GET  /users/<int:number>/grants                      303  303  403  403  403  403  403  200
POST /users/<int:number>/grants                      303  303  403  403  403  403  403  422
GET  /users/<int:number>/grants/<int:grant_id>/revoke  404  404  404  404  404  404  404  404
POST /users/<int:number>/grants/<int:grant_id>/revoke  404  404  404  404  404  404  404  404
GET  /users/<int:number>/role                        303  303  403  403  403  403  403  200
POST /users/<int:number>/role                        303  303  403  403  403  403  403  422
GET  /users/<int:number>/yandex/unlink               303  303  403  403  403  403  403  200
POST /users/<int:number>/yandex/unlink               303  303  403  403  403  403  403  422

# One's own                                      stranger oleg kirill zoya gulya vera anna gleb
GET  /account                                         303  303  200  200  200  200  200  200
GET  /account/balance                                 303  303  200  200  200  200  200  200
GET  /account/book                                   303  303  200  200  200  200  200  200
GET  /account/book/<int:number>                      303  303  200  200  200  200  200  200
POST /account/book/<int:number>                      303  303  303  409  409  409  409  409
POST /pay/<string:token>/balance                      303  303  404  303  404  404  404  404
GET  /account/cards                                   303  303  200  200  200  200  200  200
GET  /account/cards/new                               303  303  200  200  200  200  200  200
POST /account/cards/new                               303  303  303  303  303  303  303  303
GET  /account/cards/checks/<int:number>               303  303  404  404  404  404  404  404
GET  /account/cards/bindings/<int:number>             303  303  404  404  404  404  404  404
GET  /account/cards/<int:number>/unbind               303  303  404  404  404  404  404  404
POST /account/cards/<int:number>/unbind               303  303  404  404  404  404  404  404
GET  /account/consultations/<int:number>/cancel       303  303  404  200  404  403  403  403
POST /account/consultations/<int:number>/cancel       303  303  404  303  404  403  403  403
GET  /account/payments/<int:number>/ask              303  303  404  200  404  404  404  404
POST /account/payments/<int:number>/ask              303  303  404  303  404  404  404  404
GET  /account/payments/<int:number>/refund           303  303  403  403  403  403  403  403
POST /account/payments/<int:number>/refund           303  303  403  403  403  403  403  403
GET  /account/payments/<int:number>/proof            303  303  404  200  404  404  404  404
GET  /account/refunds/<int:number>                   303  303  404  200  404  404  404  404
POST /account/refunds/<int:number>/cancel            303  303  403  403  403  403  403  403
POST /confirm/code                                   303  303  422  422  422  422  422  422
GET  /confirm/yandex                                 303  303  200  200  200  200  200  200
POST /confirm/yandex                                 303  303  403  403  403  403  403  403
GET  /confirm/yandex/callback                        303  303  400  400  400  400  400  400
GET  /profile/yandex                                 303  303  200  200  200  200  200  200
POST /profile/yandex                                 303  303  409  409  409  409  409  409
GET  /profile                                        303  303  200  200  200  200  200  200
POST /profile/sessions/<int:number>/end              303  303  404  404  404  404  404  404
POST /profile/screen                                  303  303  303  303  303  303  303  303
POST /profile/sessions/end                           303  303  303  303  303  303  303  303
GET  /profile/password                               303  303  200  200  200  200  200  200
POST /profile/password                               303  303  422  422  422  422  422  422
GET  /confirm/password                               303  303  200  200  200  200  200  200
POST /confirm/password                               303  303  422  422  422  422  422  422
POST /views                                           303  303  422  422  422  422  422  422
POST /views/<int:number>/forget                       303  303  404  404  404  404  404  404
POST /sign-out                                        303  303  303  303  303  303  303  303

# Whoever has the address                        stranger oleg kirill zoya gulya vera anna gleb
GET  /pay/<string:token>                              303  303  303  303  303  303  303  303
GET  /pay/<string:token>/method                       200  200  200  200  200  200  200  200
POST /pay/<string:token>/method                       422  422  422  422  422  422  422  422
GET  /pay/<string:token>/card                         200  200  200  200  200  200  200  200
POST /pay/<string:token>/card                         422  422  422  422  422  422  422  422
GET  /pay/<string:token>/charge/<int:number>          303  303  404  404  404  404  404  404
POST /pay/<string:token>/charge/<int:number>          303  303  404  404  404  404  404  404
GET  /pay/<string:token>/wait                         303  303  303  303  303  303  303  303
GET  /pay/<string:token>/sbp                          303  303  303  303  303  303  303  303
GET  /pay/<string:token>/consultation.ics             303  303  303  303  303  303  303  303
GET  /pay/<string:token>/done                         303  303  303  303  303  303  303  303
GET  /sign-in                                         200  200  303  303  303  303  303  303
POST /sign-in                                         422  422  422  422  422  422  422  422
GET  /password/forgotten                             200  200  200  200  200  200  200  200
POST /password/forgotten                             422  422  422  422  422  422  422  422
GET  /password/link/<string:token>                   303  303  303  303  303  303  303  303
GET  /password/choose                                410  410  410  410  410  410  410  410
POST /password/choose                                422  422  422  422  422  422  422  422
POST /profile/theme                                   303  303  303  303  303  303  303  303
GET  /static/<path:filename>                          200  200  200  200  200  200  200  200

# Machines; no worker runs in this test          stranger oleg kirill zoya gulya vera anna gleb
GET  /healthz                                         200  200  200  200  200  200  200  200
GET  /readyz                                          503  503  503  503  503  503  503  503
POST /webhooks/<string:name>/<string:door>            400  400  400  400  400  400  400  400
"""

DOORS = {
    (line.split()[0], line.split()[1]): [int(status) for status in line.split()[2:]]
    for line in ROWS.splitlines()
    if line and not line.startswith("#")
}

#: Nobody but these may read Зоя's name, and nobody but the second line her e-mail and telephone.
MAY_READ_NAMES = {"zoya", "gulya", "vera", "anna", "gleb"}
MAY_READ_CONTACTS = {"zoya", "anna", "gleb"}
