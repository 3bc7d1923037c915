with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

contacts as (
    select * from {{ ref('rpt_contacts') }}
),

un_a_un as (
    select * from {{ ref('fct_contacts') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

-- Contacts avec l'interlocuteur donné en paramètre.
contacts_interlocuteur as (
    select
        registre.code,
        contacts.annee,
        {{ somme_si(retenue('contacts.interlocuteur', 'registre.parametre'), 'contacts.contacts') }} as numerateur,
        sum(contacts.contacts) as denominateur
    from registre
    cross join contacts
    where registre.calcul = 'contacts_interlocuteur'
    group by registre.code, contacts.annee
),

-- Parmi eux, ceux du canal donné en complément.
contacts_canal as (
    select
        registre.code,
        contacts.annee,
        {{ somme_si(
            retenue('contacts.interlocuteur', 'registre.parametre')
            ~ ' and ' ~ retenue('contacts.canal', 'registre.complement'),
            'contacts.contacts'
        ) }} as numerateur,
        {{ somme_si(retenue('contacts.interlocuteur', 'registre.parametre'), 'contacts.contacts') }} as denominateur
    from registre
    cross join contacts
    where registre.calcul = 'contacts_canal'
    group by registre.code, contacts.annee
),

-- Parmi eux, ceux dont l'objet est celui donné en complément, à la casse, aux accents et aux espaces près.
contacts_objet as (
    select
        registre.code,
        contacts.annee,
        {{ somme_si(
            retenue('contacts.interlocuteur', 'registre.parametre')
            ~ ' and ' ~ cle_texte('contacts.objet') ~ ' = ' ~ cle_texte('registre.complement'),
            'contacts.contacts'
        ) }} as numerateur,
        {{ somme_si(retenue('contacts.interlocuteur', 'registre.parametre'), 'contacts.contacts') }} as denominateur
    from registre
    cross join contacts
    where registre.calcul = 'contacts_objet'
    group by registre.code, contacts.annee
),

-- Contacts avec la structure nommée en paramètre, sous l'une quelconque de ses graphies.
contacts_structure as (
    select
        registre.code,
        un_a_un.annee,
        count(noms.structure_id) as numerateur,
        count(*) as denominateur
    from registre
    cross join un_a_un
    left join noms
        on
            {{ cle_nom('registre.parametre') }} = noms.cle_nom
            and un_a_un.structure_id = noms.structure_id
    where registre.calcul = 'contacts_structure'
    group by registre.code, un_a_un.annee
),

final as (
    {{ chiffres_de(['contacts_interlocuteur', 'contacts_canal', 'contacts_objet', 'contacts_structure']) }}
)

select * from final
